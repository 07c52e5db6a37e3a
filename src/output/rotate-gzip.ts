import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  lutimesSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { removeIfThere } from './rotate.ts';

const readBytes = 256 * 1024;

/** What is compressed. */
export interface GzipJob {
  /** The file as it is called now: rotations go on meanwhile. */
  readonly path: string;
  /** Ends the work: the file stays as it is. */
  readonly signal: AbortSignal;
}

/**
 * Compresses a rotated file on the thread pool, into `temporary` first; then `.gz` takes its place at once, with its
 * mode, owner and times. A file that has changed meanwhile stays as it is. Whatever happens, also the end of this
 * process, no temporary file is left.
 *
 * @throws Error with an errno code when it cannot be compressed; an AbortError when it was stopped
 */
export async function gzipBackup(job: GzipJob, temporary: string): Promise<void> {
  const removeAtExit = (): void => tryToRemove(temporary);
  process.once('exit', removeAtExit);
  try {
    // Of a run that was killed.
    removeIfThere(temporary);
    const before = await compress(job, temporary);
    if (!job.signal.aborted && isSame(before, lstatSync(job.path))) replace(job.path, temporary);
  } finally {
    process.off('exit', removeAtExit);
    tryToRemove(temporary);
  }
}

/** Nothing more can be done, and the end of the process must not fail for it. */
function tryToRemove(path: string): void {
  try {
    removeIfThere(path);
  } catch {
    // The next compression says what is wrong.
  }
}

/** @returns what the file was like at the beginning */
async function compress({ path, signal }: GzipJob, temporary: string): Promise<Stats> {
  const fd = openRegular(path);
  const before = fstatSync(fd);
  const targetFd = openLike(fd, before, temporary);
  // Loaded when it is first needed: few logs are compressed, and none at the start.
  const { createGzip } = process.getBuiltinModule('node:zlib');
  const { pipeline } = process.getBuiltinModule('node:stream/promises');
  const source = createReadStream(path, { fd, highWaterMark: readBytes });
  await pipeline(source, createGzip(), createWriteStream(temporary, { fd: targetFd, flush: true }), {
    signal,
  });
  return before;
}

/**
 * Whoever owns the directory may have put anything in the file's place: a FIFO must not hold us until somebody writes
 * to it, and a link could lead to what only we can read.
 */
function openRegular(path: string): number {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw Object.assign(new Error(`cannot compress ${path}: no regular file`), {
    code: 'EINVAL',
    syscall: 'open',
  });
}

/** A new file with the mode and owner of another. Closes that one when there cannot be one. */
function openLike(fd: number, { mode, uid, gid }: Stats, path: string): number {
  try {
    const newFd = openSync(path, 'wx', 0o600);
    giveAway(newFd, { uid, gid });
    fchmodSync(newFd, mode & 0o7777);
    return newFd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function giveAway(fd: number, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // Only root can, and only to users that this namespace has; a log of ours is ours anyway.
  }
}

function replace(path: string, temporary: string): void {
  const { atime, mtime } = lstatSync(path);
  lutimesSync(temporary, atime, mtime);
  renameSync(temporary, `${path}.gz`);
  unlinkSync(path);
}

/** Whether it is still the same file, and nobody has written to it. */
function isSame(before: Stats, now: Stats): boolean {
  return before.dev === now.dev && before.ino === now.ino && before.size === now.size;
}
