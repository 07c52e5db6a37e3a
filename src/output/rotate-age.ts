import { type Stats } from 'node:fs';

/**
 * The age of a log file: whether it is time to rotate it. Counted from the birth of the file, or, where the file system
 * does not know that, from its last change before it was opened. No timer: asked at each write.
 */
export class LogAge {
  readonly #maxMs: number;
  readonly #now: () => number;
  /** Of the monotonic clock: the wall clock may be set. */
  #dueMs = Infinity;

  /** `maxMs`: Infinity: never. `now`: milliseconds of the monotonic clock. */
  constructor(maxMs: number, now: () => number = () => performance.now()) {
    this.#maxMs = maxMs;
    this.#now = now;
  }

  get isReached(): boolean {
    return this.#dueMs !== Infinity && this.#now() >= this.#dueMs;
  }

  /** A file has been opened. An empty one is new, however old its name. */
  opened({ size, birthtimeMs, mtimeMs }: Pick<Stats, 'size' | 'birthtimeMs' | 'mtimeMs'>): void {
    if (this.#maxMs === Infinity) return;
    const bornMs = birthtimeMs > 0 ? birthtimeMs : mtimeMs;
    const ageMs = size === 0 ? 0 : Math.max(0, Date.now() - bornMs);
    this.#dueMs = this.#now() + this.#maxMs - ageMs;
  }

  /** Counts from now. */
  restart(): void {
    this.#dueMs = this.#now() + this.#maxMs;
  }
}
