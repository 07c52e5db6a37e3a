/**
 * Reaping: the only file that waits for children.
 *
 * Every child of this process is reaped here, programs and adopted orphans alike. So nothing else may start a child
 * that it waits for itself: node:child_process would lose its exit statuses to this file.
 */
import { monotonicMs } from './clock.ts';
import { check, fixedMemory, libc, LibcError } from './libc.ts';

/** How a process ended: an exit code 0–255, or the signal that killed it. */
export type WaitStatus =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number; readonly coreDumped: boolean };

/** A child that has been reaped: its pid is free for the kernel to use again. */
export interface Dead {
  readonly pid: number;
  readonly status: WaitStatus;
}

/** <sys/wait.h>, <linux/prctl.h>: the same on every Linux architecture. */
const WNOHANG = 1;
const PR_SET_CHILD_SUBREAPER = 36;

/** How long everything else waits while dead children are reaped. */
const sliceMs = 10;

const statusOut = fixedMemory(4);

/** Decodes the wait status of wait(2): WIFEXITED, WEXITSTATUS, WTERMSIG and WCOREDUMP of <sys/wait.h>. */
export function decodeWaitStatus(waitStatus: number): WaitStatus {
  const signal = waitStatus & 0x7f;
  return signal === 0
    ? { kind: 'exited', code: (waitStatus >> 8) & 0xff }
    : { kind: 'signaled', signal, coreDumped: (waitStatus & 0x80) !== 0 };
}

/**
 * Reaps one dead child, any child.
 *
 * @returns undefined when no child has died (0) or there is no child at all (ECHILD)
 */
export function reapOne(): Dead | undefined {
  try {
    const pid = check('waitpid', libc.waitpid(-1, statusOut, WNOHANG));
    return pid === 0 ? undefined : { pid, status: decodeWaitStatus(statusOut.readInt32LE(0)) };
  } catch (error) {
    if (error instanceof LibcError && error.code === 'ECHILD') return undefined;
    throw error;
  }
}

/** Reaping in progress. Disposing stops it. */
export interface ChildWatch extends Disposable {
  /** Reaps what is dead already. A SIGCHLD may be lost: Node drops signals when thousands of others come first. */
  readonly sweep: () => void;
}

/**
 * Hands every dead child to `take`, from now on and those that are dead already. It does not keep the event loop
 * alive.
 */
export function watchChildren(take: (dead: Dead) => void): ChildWatch {
  let isWatching = true;
  let rest: NodeJS.Immediate | undefined;
  const reapForAWhile = (): void => {
    rest = undefined;
    const untilMs = monotonicMs() + sliceMs;
    // One SIGCHLD may stand for many deaths: signals do not queue (signal(7)).
    for (let dead = reapOne(); dead !== undefined; dead = reapOne()) {
      take(dead);
      if (!isWatching) return;
      // Programs that are started again in `take` may die as fast as they are reaped: signals and clients have a turn.
      if (monotonicMs() >= untilMs) return void (rest = setImmediate(reapForAWhile));
    }
  };
  const sweep = (): void => {
    if (rest === undefined) reapForAWhile();
  };
  process.on('SIGCHLD', sweep);
  sweep();
  const stop = (): void => {
    isWatching = false;
    clearImmediate(rest);
    process.off('SIGCHLD', sweep);
  };
  return { sweep, [Symbol.dispose]: stop };
}

/** Makes orphaned descendants our children, also where we are not PID 1 (prctl(2), PR_SET_CHILD_SUBREAPER). */
export function becomeSubreaper(): void {
  check('prctl', libc.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n));
}
