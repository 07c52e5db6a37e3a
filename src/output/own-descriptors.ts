/**
 * Which of this process's descriptors somebody gave it, and which are Node's own: what is written into one of those
 * ends the process (a signal pipe holds addresses).
 *
 * Nothing tells who has opened a descriptor; Node even marks the inherited ones close-on-exec, like its own. But what
 * Node has opened before the first script has no name (epoll, eventfd, io_uring), or is a pipe of which it has both
 * ends. The other end of an inherited pipe is elsewhere.
 */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';

const folder = '/proc/self/fd';
const firstOrdinaryFd = 3;

/** The owner's bits of a link in /proc/self/fd say what the descriptor was opened for (proc(5)). */
const readable = 0o400;
const writable = 0o200;

interface Descriptor {
  readonly fd: number;
  /** `pipe:[123]`, `anon_inode:[eventpoll]`, or a path. */
  readonly target: string;
}

/** The descriptors from 3 up that we have been given. Asked at the start, before any other is opened. */
export function inheritedDescriptors(): ReadonlySet<number> {
  const open = openDescriptors();
  const given = open.filter(({ target }) => !target.startsWith('anon_inode:') && !isPrivate(target, open));
  return new Set(given.map(({ fd }) => fd));
}

/** Whether a descriptor leads into a pipe of which we have both ends, besides this one. */
export function isPrivatePipe(fd: number): boolean {
  const open = openDescriptors();
  const target = open.find((descriptor) => descriptor.fd === fd)?.target ?? '';
  return isPrivate(
    target,
    open.filter((descriptor) => descriptor.fd !== fd),
  );
}

function isPrivate(target: string, open: readonly Descriptor[]): boolean {
  if (!target.startsWith('pipe:')) return false;
  const ends = open.filter((descriptor) => descriptor.target === target);
  const directions = new Set(ends.map(({ fd }) => directionOf(fd)));
  return directions.has(readable) && directions.has(writable);
}

/** Without /proc: none. */
function openDescriptors(): readonly Descriptor[] {
  const numbers = attempt(() => readdirSync(folder)) ?? [];
  return numbers.map(Number).flatMap((fd) => {
    const target = fd < firstOrdinaryFd ? undefined : attempt(() => readlinkSync(`${folder}/${fd}`));
    return target === undefined ? [] : [{ fd, target }];
  });
}

const directionOf = (fd: number): number =>
  (attempt(() => lstatSync(`${folder}/${fd}`))?.mode ?? 0) & (readable | writable);

/** The descriptor that reads the list is in it, and closed again. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
