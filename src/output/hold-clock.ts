/** How long an unfinished line is held. */
const holdMs = 1000;

/** Something that holds an unfinished line. */
export interface Holder {
  /** Whether nobody reads what comes next: its line may be finished, and is not released. */
  readonly isPaused: boolean;
  /** Lets go of what is held. */
  release(): void;
}

/**
 * Releases unfinished lines after `holdMs`: one timer for all streams, armed only while a line is held.
 * A timer that fires too early (its line was finished meanwhile) is armed again for the oldest line left.
 */
export class HoldClock {
  readonly #now: () => number;
  // Insertion order is order of time: all are held equally long.
  readonly #heldSince = new Map<Holder, number>();
  #isArmed = false;

  /** `now`: milliseconds of the monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A line has begun and is not finished. A holder that is known keeps its time. */
  hold(holder: Holder): void {
    if (this.#heldSince.has(holder)) return;
    this.#heldSince.set(holder, this.#now());
    if (!this.#isArmed) this.#arm(holdMs);
  }

  /** What a holder holds, if it holds anything, has its whole time before it. */
  holdAnew(holder: Holder): void {
    if (this.#heldSince.delete(holder)) this.hold(holder);
  }

  /** The line is finished, or gone. */
  forget(holder: Holder): void {
    this.#heldSince.delete(holder);
  }

  /** Lets go of everything held, now. */
  releaseAll(): void {
    for (const holder of this.#heldSince.keys()) this.#release(holder);
  }

  #arm(ms: number): void {
    this.#isArmed = true;
    setTimeout(() => this.#tick(), ms);
  }

  #tick(): void {
    this.#isArmed = false;
    const now = this.#now();
    for (const [holder, since] of this.#heldSince) {
      if (holder.isPaused) continue;
      const leftMs = since + holdMs - now;
      if (leftMs > 0) return this.#arm(Math.ceil(leftMs));
      this.#release(holder);
    }
  }

  // Forgotten first: a holder that keeps half a character asks to be held again.
  #release(holder: Holder): void {
    this.#heldSince.delete(holder);
    holder.release();
  }
}
