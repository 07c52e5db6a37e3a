/**
 * Tells of a buffer that overflows: the first event that is lost, in Supervisor's words; then, instead of a line for
 * each, a line when ten times as many are lost; and how many they were when the buffer is empty again.
 */
export class Overflow {
  readonly #pool: string;
  readonly #log: (line: string) => void;
  #burstCount = 0;
  #tellAtCount = 10;
  #lostCount = 0;

  /** `log` writes a line of level error. */
  constructor(pool: string, log: (line: string) => void) {
    this.#pool = pool;
    this.#log = log;
  }

  /** Events lost in the life of the pool. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** An event was discarded. */
  lost(serial: number): void {
    this.#lostCount++;
    this.#burstCount++;
    if (this.#burstCount === 1)
      this.#log(`pool ${this.#pool} event buffer overflowed, discarding event ${serial}`);
    if (this.#burstCount < this.#tellAtCount) return;
    this.#tellAtCount *= 10;
    this.#tell('so far');
  }

  /** The buffer is empty: the next loss is news again. */
  recovered(): void {
    if (this.#burstCount > 1) this.#tell('until it was empty again');
    this.#burstCount = 0;
    this.#tellAtCount = 10;
  }

  #tell(when: string): void {
    this.#log(`pool ${this.#pool} event buffer overflowed, discarded ${this.#burstCount} events ${when}`);
  }
}
