/** The standard descriptors of a program: what it gets, and the ends of the pipes that stay with us. */
import { constants, openSync } from 'node:fs';

import { closeFd, duplicate, makeNonBlocking, makePipe } from './descriptors.ts';

/** Where a standard descriptor of a program comes from. */
export type StdioSource =
  | { readonly kind: 'pipe' }
  | { readonly kind: 'fd'; readonly fd: number }
  | { readonly kind: 'null' }
  | { readonly kind: 'sameAsStdout' };

/** Where all three come from; `sameAsStdout` is for stderr only (redirect_stderr). */
export interface StdioSources {
  readonly stdin: StdioSource;
  readonly stdout: StdioSource;
  readonly stderr: StdioSource;
}

/** The descriptors of one spawn. `child` holds what becomes 0, 1 and 2 of the program. */
export interface Stdio {
  readonly child: readonly [number, number, number];
  readonly stdinFd: number | undefined;
  readonly stdoutFd: number | undefined;
  readonly stderrFd: number | undefined;
  /** Closes what only the program needs. */
  readonly closeChildEnds: () => void;
  /** Closes our ends too: there is no program. */
  readonly closeAll: () => void;
}

interface Opened {
  readonly child: number;
  readonly ours: number | undefined;
}

const firstOrdinaryFd = 3;

let nullFd: number | undefined;

/** A descriptor of /dev/null that stays open. */
function nullDevice(): number {
  nullFd ??= openSync('/dev/null', constants.O_RDWR);
  return nullFd;
}

/** Whether there is a /dev/null to use; a bare chroot has none. */
export function hasNullDevice(): boolean {
  try {
    return nullDevice() >= 0;
  } catch {
    return false;
  }
}

/**
 * Opens what the program's standard descriptors need. Everything is close-on-exec; our ends are non-blocking.
 * A pipe belongs to the effective uid: its program can open /dev/stdout only when that is the program's own.
 *
 * @throws LibcError or SystemError; nothing stays open then
 */
export function openStdio(sources: StdioSources): Stdio {
  const opened: number[] = [];
  try {
    const stdin = openOne(sources.stdin, 0, opened);
    const stdout = openOne(sources.stdout, 1, opened);
    const stderr = sources.stderr.kind === 'sameAsStdout' ? stdout : openOne(sources.stderr, 2, opened);
    return stdioOf(stdin, stdout, stderr, opened);
  } catch (error) {
    closeEach(opened);
    throw error;
  }
}

function stdioOf(stdin: Opened, stdout: Opened, stderr: Opened, opened: readonly number[]): Stdio {
  const stderrFd = stderr === stdout ? undefined : stderr.ours;
  const ours = new Set([stdin.ours, stdout.ours, stderrFd]);
  return {
    child: [stdin.child, stdout.child, stderr.child],
    stdinFd: stdin.ours,
    stdoutFd: stdout.ours,
    stderrFd,
    closeChildEnds: () => closeEach(opened.filter((fd) => !ours.has(fd))),
    closeAll: () => closeEach(opened),
  };
}

/** `opened` takes every descriptor that this opens. */
function openOne(source: StdioSource, target: number, opened: number[]): Opened {
  if (source.kind === 'pipe') return openPipe(target, opened);
  if (source.kind === 'fd') return { child: outOfTheWay(source.fd, target, opened), ours: undefined };
  if (source.kind === 'null') return { child: outOfTheWay(nullDevice(), target, opened), ours: undefined };
  throw new Error(`cannot open descriptor ${target}: only stderr can be the same as stdout`);
}

function openPipe(target: number, opened: number[]): Opened {
  const { readFd, writeFd } = makePipe();
  opened.push(readFd, writeFd);
  const [child, ours] = target === 0 ? [readFd, writeFd] : [writeFd, readFd];
  makeNonBlocking(ours);
  return { child, ours };
}

/** The program's 0, 1 and 2 are made one after the other: a source below 3 could be overwritten before its turn. */
const outOfTheWay = (fd: number, target: number, opened: number[]): number =>
  fd >= firstOrdinaryFd || fd === target ? fd : keep(duplicate(fd, firstOrdinaryFd), opened);

function keep(fd: number, opened: number[]): number {
  opened.push(fd);
  return fd;
}

function closeEach(fds: readonly number[]): void {
  for (const fd of fds) closeFd(fd);
}
