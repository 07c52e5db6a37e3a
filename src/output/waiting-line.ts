/**
 * Producers that wait for room, first come, first served. One is woken per turn of the event loop while there is
 * room: all at once, a thousand of them would each bring a full read buffer.
 */
export class WaitingLine {
  readonly #hasRoom: () => boolean;
  #callbacks: (() => void)[] = [];
  #scheduled = false;

  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  /** Puts a producer at the end of the line. */
  add(callback: () => void): void {
    this.#callbacks.push(callback);
    if (this.#hasRoom()) this.#schedule();
  }

  /** Wakes the first one now and the others one by one, as long as there is room. */
  wake(): void {
    if (!this.#hasRoom()) return;
    this.#callbacks.shift()?.();
    if (this.#callbacks.length > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.wake();
    });
  }
}
