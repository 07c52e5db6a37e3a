import { errnoName, syscallName } from './errno.ts';
import { type Report } from './sink.ts';

/** How long a failing sink is left alone before the next attempt: a failing call costs more than a lost chunk. */
const retryMs = 100;

/**
 * The bad times of one sink: says once that it fails and once that it works again, counts the bytes in between,
 * and says when the next attempt is worth its cost. No timer: attempts are made when there is something to write.
 */
export class Trouble {
  readonly #sink: string;
  readonly #report: Report;
  readonly #now: () => number;
  #failing = false;
  #retryAt = 0;
  #lostBytes = 0;
  #lostBytesEver = 0;

  constructor(options: { readonly sink: string; readonly report: Report; readonly now?: () => number }) {
    this.#sink = options.sink;
    this.#report = options.report;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Bytes lost since the process started. */
  get lostBytes(): number {
    return this.#lostBytesEver;
  }

  /** Whether the last attempt failed. */
  get isFailing(): boolean {
    return this.#failing;
  }

  /** Whether an attempt is too early. */
  get mustWait(): boolean {
    return this.#failing && this.#now() < this.#retryAt;
  }

  /** Counts bytes that go nowhere. */
  lose(bytes: number): void {
    this.#lostBytes += bytes;
    this.#lostBytesEver += bytes;
  }

  /** An attempt failed. */
  failed(error: unknown): void {
    this.#retryAt = this.#now() + retryMs;
    if (this.#failing) return;
    this.#failing = true;
    this.#report({ type: 'failed', sink: this.#sink, syscall: syscallName(error), code: errnoName(error) });
  }

  /** An attempt succeeded. */
  worked(): void {
    if (!this.#failing) return;
    this.#failing = false;
    const lostBytes = this.#lostBytes;
    this.#lostBytes = 0;
    this.#report({ type: 'recovered', sink: this.#sink, lostBytes });
  }
}
