import { closeSync, fstatSync, ftruncateSync, unlinkSync, writeSync } from 'node:fs';
import { errnoName, syscallName } from './errno.ts';
import { openLogFile } from './open-log-file.ts';
import { LogAge } from './rotate-age.ts';
import { type Compressor } from './rotate-compressor.ts';
import { shiftBackups } from './rotate.ts';
import { type Report, type Sink } from './sink.ts';
import { Trouble } from './trouble.ts';

/** Supervisor reads at most this much at once, so that a file exceeds its limit by at most this much. */
const sliceBytes = 128 * 1024;

/** What a log file is made of. */
export interface FileSinkOptions {
  readonly path: string;
  /** The file is rotated when it has at least this many bytes; 0: never. */
  readonly maxBytes: number;
  /** How many rotated files are kept; none: the file is emptied instead. */
  readonly backupCount: number;
  /** The file is rotated at the first write when it is this old. Default: Infinity, never. */
  readonly maxAgeMs?: number;
  /** Compresses rotated files. Default: they stay as they are. */
  readonly compressor?: Compressor | undefined;
  readonly report: Report;
  /** Milliseconds of the monotonic clock. */
  readonly now?: () => number;
}

/**
 * A log file: appended to, rotated by size and by age. Always opened with O_APPEND, also after a rotation: a file that is
 * truncated from outside has no hole. What cannot be written (a full disk, a file replaced by a directory) is counted
 * as lost; programs go on, and writing is tried again with the bytes that come later.
 */
export class RotatingFile implements Sink {
  readonly name: string;
  readonly isFull = false;
  readonly #options: FileSinkOptions;
  readonly #trouble: Trouble;
  readonly #age: LogAge;
  #fd: number | undefined;
  #size = 0;
  #rotateAt: number;
  #isKept = false;

  constructor(options: FileSinkOptions) {
    this.name = options.path;
    this.#options = options;
    this.#rotateAt = options.maxBytes;
    this.#age = new LogAge(options.maxAgeMs ?? Infinity, options.now);
    this.#trouble = new Trouble({
      sink: options.path,
      report: options.report,
      ...(options.now !== undefined && { now: options.now }),
    });
  }

  /** Bytes that could not go anywhere, ever. */
  get lostBytes(): number {
    return this.#trouble.lostBytes;
  }

  /**
   * Opens the file, anew if it was open. Returns the errno name when it cannot be opened; a file that was open is
   * then written to further.
   */
  open(): string | undefined {
    try {
      const { fd, stat } = openLogFile(this.name);
      this.#closeFile();
      this.#fd = fd;
      this.#size = stat.size;
      this.#age.opened(stat);
      this.#rotateAt = this.#options.maxBytes;
      return undefined;
    } catch (error) {
      this.#keepFile(error);
      return errnoName(error);
    }
  }

  write(chunk: Uint8Array): boolean {
    if (chunk.length > 0 && this.#age.isReached) this.#rotateOld();
    let rest = chunk;
    while (rest.length > 0) {
      const slice = this.#nextSlice(rest);
      this.#append(slice);
      rest = rest.subarray(slice.length);
      if (this.#options.maxBytes > 0 && this.#size >= this.#rotateAt) this.#rotate();
    }
    return true;
  }

  whenReady(callback: () => void): void {
    setImmediate(callback);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  reopen(): void {
    this.open();
  }

  /** Deletes the file and begins a new one. Rotated files are kept. Returns the errno name when it cannot. */
  clear(): string | undefined {
    try {
      unlinkSync(this.name);
    } catch (error) {
      if (errnoName(error) !== 'ENOENT') return errnoName(error);
    }
    return this.open();
  }

  close(): void {
    this.#closeFile();
  }

  /** Everything, or, where the file would pass its limit, at most a slice; whole lines if there are any. */
  #nextSlice(chunk: Uint8Array): Uint8Array {
    const { maxBytes } = this.#options;
    if (maxBytes === 0 || chunk.length <= sliceBytes || this.#size + chunk.length < this.#rotateAt)
      return chunk;
    const slice = chunk.subarray(0, sliceBytes);
    const lines = slice.lastIndexOf(10) + 1;
    return lines > 0 ? slice.subarray(0, lines) : slice;
  }

  #append(bytes: Uint8Array): void {
    if (this.#trouble.mustWait) return this.#trouble.lose(bytes.length);
    if (this.#fd === undefined) this.open();
    if (this.#fd === undefined) return this.#trouble.lose(bytes.length);
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#fd, bytes, done, bytes.length - done);
      this.#trouble.worked();
    } catch (error) {
      this.#trouble.failed(error);
      this.#trouble.lose(bytes.length - done);
    }
    this.#size += done;
  }

  #rotate(): void {
    if (this.#fd === undefined || this.#isShorter(this.#fd)) return;
    this.#startAnew(this.#fd);
  }

  /** Also where there is nothing to rotate, or it fails, the next attempt is due when as much time has passed again. */
  #rotateOld(): void {
    this.#age.restart();
    if (this.#fd !== undefined && fstatSync(this.#fd).size > 0) this.#startAnew(this.#fd);
  }

  #startAnew(fd: number): void {
    try {
      if (this.#options.backupCount <= 0) this.#empty(fd);
      else this.#shift();
    } catch (error) {
      this.#keepFile(error);
    }
  }

  /** A file that was emptied is as old as before: where age matters there is a new one. */
  #empty(fd: number): void {
    if ((this.#options.maxAgeMs ?? Infinity) !== Infinity) return void this.clear();
    ftruncateSync(fd);
    this.#size = 0;
  }

  #shift(): void {
    const { backupCount, compressor } = this.#options;
    shiftBackups(this.name, backupCount, compressor);
    if (this.open() !== undefined) return;
    this.#isKept = false;
    compressor?.add(`${this.name}.1`, this.name);
  }

  /** What is open stays open and grows; the next attempt to rotate is due when it has grown by as much again. */
  #keepFile(error: unknown): void {
    if (this.#fd === undefined) return this.#trouble.failed(error);
    this.#rotateAt = this.#size + this.#options.maxBytes;
    if (this.#isKept) return;
    this.#isKept = true;
    const { report } = this.#options;
    report({ type: 'kept', sink: this.name, syscall: syscallName(error), code: errnoName(error) });
  }

  /** Whether somebody else has truncated the file meanwhile. */
  #isShorter(fd: number): boolean {
    this.#size = fstatSync(fd).size;
    return this.#size < this.#rotateAt;
  }

  #closeFile(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
