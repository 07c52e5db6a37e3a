/** File descriptors: flags, sizes, and a private way to the same pipe or terminal. */
import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';

import { check, libc, LibcError } from './libc.ts';
import { systemCall } from './system-calls.ts';

/** <asm-generic/fcntl.h>, <linux/fcntl.h>, <linux/close_range.h> */
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const FD_CLOEXEC = 1;
const CLOSE_RANGE_CLOEXEC = 4n;
const O_CLOEXEC = 0o2000000;
const highestDescriptor = 0xffffffffn;

const pipeOut = new Int32Array(32);

/** Both ends of a pipe. */
export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/**
 * Makes a pipe, both ends close-on-exec (pipe2(2)).
 *
 * @throws LibcError EMFILE, ENFILE
 */
export function makePipe(): Pipe {
  check('pipe2', libc.pipe2(pipeOut, O_CLOEXEC));
  const [readFd = -1, writeFd = -1] = pipeOut;
  return { readFd, writeFd };
}

/** Closes a descriptor. @throws SystemError EBADF */
export const closeFd = (fd: number): void => closeSync(fd);

/** Sets O_NONBLOCK for one end of a new pipe, where no other flag is set yet. @throws LibcError EBADF */
export function makeNonBlocking(pipeFd: number): void {
  check('fcntl', libc.fcntl(pipeFd, F_SETFL, constants.O_NONBLOCK));
}

/** Clears O_NONBLOCK, for everybody who shares the open file. Nothing happens when the descriptor is closed. */
export function makeBlocking(fd: number): void {
  const flags = libc.fcntl(fd, F_GETFL, 0);
  if (flags !== -1) libc.fcntl(fd, F_SETFL, flags & ~constants.O_NONBLOCK);
}

/** A copy of a descriptor, numbered `lowest` or higher, close-on-exec. @throws LibcError EBADF, EMFILE */
export const duplicate = (fd: number, lowest: number): number =>
  check('fcntl', libc.fcntl(fd, F_DUPFD_CLOEXEC, lowest));

/**
 * Asks for a larger pipe (F_SETPIPE_SZ of fcntl(2)).
 *
 * @returns the size in bytes that the pipe has now; undefined when it stays as it was (EPERM above
 *   /proc/sys/fs/pipe-max-size, EBUSY, or not a pipe)
 */
export function growPipe(fd: number, bytes: number): number | undefined {
  const size = libc.fcntl(fd, F_SETPIPE_SZ, bytes);
  return size === -1 ? undefined : size;
}

/** Marks every descriptor from `first` up close-on-exec, so that no program inherits one (close_range(2)). */
export function makeCloseOnExec(first: number): void {
  try {
    systemCall({ name: 'close_range', args: [BigInt(first), highestDescriptor, CLOSE_RANGE_CLOEXEC] });
  } catch (error) {
    // Linux before 5.9 has no close_range, before 5.11 not this flag.
    if (!(error instanceof LibcError)) throw error;
    for (const fd of openDescriptors().filter((open) => open >= first)) libc.fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
}

/** The numbers of all open descriptors. (The one that reads the list is among them, and closed again.) */
export const openDescriptors = (): readonly number[] => readdirSync('/proc/self/fd').map(Number);

/**
 * Opens the pipe or terminal behind a descriptor once more, without blocking. O_NONBLOCK belongs to the open file,
 * and ours is shared with whoever started us; this one is private.
 *
 * @returns undefined when that cannot be done: a socket (ENXIO), a regular file (where it would have no use and
 *   begin at offset 0), no permission, no /proc
 */
export function openNonBlocking(fd: number, direction: 'read' | 'write'): number | undefined {
  const access = direction === 'read' ? constants.O_RDONLY : constants.O_WRONLY;
  try {
    const stat = fstatSync(fd);
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, access | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
