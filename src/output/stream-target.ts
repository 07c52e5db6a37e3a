import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { isTerminal } from './late-net.ts';
import { isPrivatePipe } from './own-descriptors.ts';

/**
 * Where a stream sink writes: a descriptor inherited from the container, the number of one that nobody gave us, or a
 * path (a FIFO, a device).
 */
export type StreamPlace = { readonly fd: number } | { readonly closedFd: number } | { readonly path: string };

/**
 * How a stream can be written without ever blocking the main thread:
 *
 * - `sync`: a regular file or a device that never waits (/dev/null): plain writes;
 * - `pipe`: a description of our own with O_NONBLOCK; what does not fit waits for writability;
 * - `tty`: the same, and what does not fit is written by a thread on the blocking descriptor;
 * - `thread`: cannot be opened anew (a socket; another uid's pipe): one write at a time on the thread pool.
 *
 * O_NONBLOCK belongs to the open file description, which the container's stdout shares with whoever started us
 * (open(2)): it is never changed on a description that is not ours.
 */
export interface Target {
  readonly kind: 'sync' | 'pipe' | 'tty' | 'thread';
  readonly fd: number;
  /** For what does not fit: blocking, or the same descriptor. */
  readonly blockingFd: number;
  /** Whether `fd` is ours to close. */
  readonly isOwn: boolean;
}

const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens a place for writing.
 *
 * @throws Error with an errno code when an inherited descriptor is closed (EBADF) or a path cannot be opened
 */
export function openTarget(place: StreamPlace): Target {
  if ('fd' in place) return openInherited(place.fd);
  if ('path' in place) return openPath(place.path);
  throw badDescriptor(`cannot write to descriptor ${place.closedFd}: it was not inherited`);
}

/**
 * Refuses a pipe that Node works with: a path may lead there, also one that led elsewhere before.
 *
 * @throws Error EBADF
 */
export function refusePrivatePipe(fd: number, path: string): void {
  if (isPrivatePipe(fd)) throw badDescriptor(`cannot write to ${path}: it leads to a pipe of our own`);
}

const badDescriptor = (message: string): Error =>
  Object.assign(new Error(message), { code: 'EBADF', syscall: 'open' });

function openInherited(fd: number): Target {
  const kind = kindOf(fd);
  const shared: Target = { kind, fd, blockingFd: fd, isOwn: false };
  if (kind === 'sync' || kind === 'thread') return shared;
  try {
    return { kind, fd: openSync(`/proc/self/fd/${fd}`, flags), blockingFd: fd, isOwn: true };
  } catch {
    // EACCES: another uid's pipe; ENXIO: no reader; ENOENT: no /proc. A thread may block instead.
    return { ...shared, kind: 'thread' };
  }
}

function openPath(path: string): Target {
  const fd = openSync(path, flags | constants.O_APPEND);
  try {
    const kind = kindOf(fd);
    if (kind === 'pipe') refusePrivatePipe(fd, path);
    return { kind, fd, blockingFd: fd, isOwn: true };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function kindOf(fd: number): Target['kind'] {
  const stat = fstatSync(fd);
  if (stat.isFile()) return 'sync';
  if (stat.isFIFO()) return 'pipe';
  if (!stat.isCharacterDevice()) return 'thread';
  return isTerminal(fd) ? 'tty' : 'sync';
}
