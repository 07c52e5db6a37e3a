import { errnoName, syscallName } from './errno.ts';
import { gzipBackup, type GzipJob } from './rotate-gzip.ts';
import { type BackupWatcher } from './rotate.ts';
import { type Report } from './sink.ts';

/** One rotated file that is to be compressed. */
class Job implements GzipJob {
  path: string;
  /** The log that it was rotated from. */
  readonly log: string;
  readonly #stop = new AbortController();

  constructor(path: string, log: string) {
    this.path = path;
    this.log = log;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The file is gone, or not what it was. */
  stop(): void {
    this.#stop.abort();
  }
}

/**
 * Compresses rotated files, one at a time: it shares processors and disks with the programs. Nothing waits for it; a
 * file that is rotated further is followed. Of a log whose files cannot be compressed that is said once.
 */
export class Compressor implements BackupWatcher {
  readonly #report: Report;
  /** By the name as it is now, in the order of their turns. */
  readonly #jobs = new Map<string, Job>();
  readonly #failing = new Set<string>();
  #isBusy = false;

  constructor(report: Report) {
    this.#report = report;
  }

  /** A log has been rotated: `path` is to be compressed. */
  add(path: string, log: string): void {
    this.#jobs.set(path, new Job(path, log));
    if (!this.#isBusy) void this.#work();
  }

  moved(from: string, to: string): void {
    this.removed(to);
    const job = this.#jobs.get(from);
    if (job === undefined) return;
    job.path = to;
    this.#jobs.delete(from);
    this.#jobs.set(to, job);
  }

  removed(path: string): void {
    this.#jobs.get(path)?.stop();
    this.#jobs.delete(path);
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let [job] = this.#jobs.values(); job !== undefined; [job] = this.#jobs.values()) {
      // In turn, not at once.
      // oxlint-disable-next-line no-await-in-loop
      await this.#compress(job);
      // A stopped one has gone already, and its name may be another's.
      if (this.#jobs.get(job.path) === job) this.#jobs.delete(job.path);
    }
    this.#isBusy = false;
  }

  async #compress(job: Job): Promise<void> {
    try {
      await gzipBackup(job, `${job.log}.gz.tmp`);
      this.#failing.delete(job.log);
    } catch (error) {
      // Somebody has taken the file away.
      const isGone = errnoName(error) === 'ENOENT';
      if (!job.signal.aborted && !isGone) this.#failed(job.log, error);
    }
  }

  #failed(log: string, error: unknown): void {
    if (this.#failing.has(log)) return;
    this.#failing.add(log);
    this.#report({ type: 'uncompressed', sink: log, syscall: syscallName(error), code: errnoName(error) });
  }
}
