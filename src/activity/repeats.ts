import { type Entry, type WriteEntry } from './entry.ts';

/** So many equal lines are written … */
const allowedCount = 10;

/** … within this time, before further ones are only counted; and so often is said how many there were. */
const windowMs = 5000;

/** Supervisor's lines about processes: scripts look for each of them. */
const neverCounted =
  /^(?:spawned|spawnerr|exited|success|gave up|stopped|killing|waiting for|reaped|received|supervisord)\b/;

/** What a filter of repeated lines is made of. */
export interface RepeatsOptions {
  readonly write: WriteEntry;
  /** The wall clock. */
  readonly now: () => Date;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs?: () => number;
}

/** Equal lines, one after the other. */
interface Run {
  readonly entry: Entry;
  readonly sinceMs: number;
  writtenCount: number;
  countedOnly: number;
}

/**
 * Keeps a line that comes again and again from filling the log: of more than ten equal ones within 5 s the others are
 * counted, which is said when another line comes, or after 5 s. One timer, and only while there is something to say.
 */
export class Repeats {
  readonly #write: WriteEntry;
  readonly #now: () => Date;
  readonly #monotonicMs: () => number;
  #run: Run | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ write, now, monotonicMs = () => performance.now() }: RepeatsOptions) {
    this.#write = write;
    this.#now = now;
    this.#monotonicMs = monotonicMs;
  }

  /** Writes an entry, or counts it. */
  take(entry: Entry): void {
    const run = this.#runOf(entry);
    if (run.writtenCount >= allowedCount && !neverCounted.test(entry.message)) return this.#count(run);
    run.writtenCount++;
    this.#write(entry);
  }

  /** Says now what has been counted. Equal lines that follow are written again. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const run = this.#run;
    this.#run = undefined;
    if (run === undefined || run.countedOnly === 0) return;
    const message = `the line before was repeated ${run.countedOnly} times`;
    this.#write({ level: run.entry.level, message, fields: undefined, loggedAt: this.#now() });
  }

  /** The run that an entry belongs to. */
  #runOf(entry: Entry): Run {
    const run = this.#run;
    if (run !== undefined && isSame(run.entry, entry) && !this.#isOver(run)) return run;
    this.flush();
    return (this.#run = { entry, sinceMs: this.#monotonicMs(), writtenCount: 0, countedOnly: 0 });
  }

  /** What is being counted goes on until the timer. */
  #isOver({ sinceMs, countedOnly }: Run): boolean {
    return countedOnly === 0 && this.#monotonicMs() - sinceMs > windowMs;
  }

  #count(run: Run): void {
    run.countedOnly++;
    // It must not keep alive a process that has nothing else to do.
    this.#timer ??= setTimeout(() => this.flush(), windowMs).unref();
  }
}

function isSame(one: Entry, other: Entry): boolean {
  return one.message === other.message && one.level === other.level;
}
