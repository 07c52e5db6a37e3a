/** The longest delay that setTimeout takes; a longer one would fire at once (Node, "timers"). */
const longestMs = 2 ** 31 - 1;

/** One deadline at a time; setting another replaces it. An instant that is infinitely far never comes. */
export class Timer {
  #timeout: NodeJS.Timeout | undefined;

  /** Calls `fire` when `delayMs` have passed, however many that are. */
  set(delayMs: number, fire: () => void): void {
    this.clear();
    if (delayMs === Infinity) return;
    this.#timeout =
      delayMs > longestMs
        ? setTimeout(() => this.set(delayMs - longestMs, fire), longestMs)
        : setTimeout(fire, Math.max(0, delayMs));
  }

  /** Nothing is due any more. */
  clear(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }
}
