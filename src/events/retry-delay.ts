/** How a wait grows. All times are milliseconds. */
export interface Growth {
  /** How many failures in a row are followed by no wait. */
  readonly freeCount: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The wait after each failure in a row: none at first, then twice as long each time. */
export class RetryDelay {
  readonly #growth: Growth;
  #failedCount = 0;

  constructor(growth: Growth) {
    this.#growth = growth;
  }

  /** It failed once more. Returns how long to wait, in milliseconds. */
  failed(): number {
    const { freeCount, firstMs, longestMs } = this.#growth;
    this.#failedCount++;
    if (this.#failedCount <= freeCount) return 0;
    return Math.min(longestMs, firstMs * 2 ** (this.#failedCount - freeCount - 1));
  }

  /** It worked. */
  worked(): void {
    this.#failedCount = 0;
  }
}
