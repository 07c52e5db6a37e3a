/**
 * How a program ended, and the exit code that tells it to the container runtime.
 *
 * Shells and container runtimes agree on: 0–255 the program's own code, 128+n death by signal n,
 * 126 found but not executable, 127 not found (POSIX sh, "2.8.2 Exit Status for Commands").
 */

/** What wait(2) says of a dead process: an exit code of 0–255, or the signal that killed it. */
export type ExitStatus =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number; readonly coreDumped: boolean };

/** How one run of a program ended; `notExecuted`: it never began, and no process existed. */
export type ProcessEnd =
  | ExitStatus
  | { readonly kind: 'notExecuted'; readonly exitCode: 126 | 127; readonly why: string };

/** The exit code that tells this end: the code itself, 128+n, 126 or 127. */
export function exitCodeOf(end: ProcessEnd): number {
  switch (end.kind) {
    case 'exited':
      return end.code;
    case 'signaled':
      return 128 + end.signal;
    case 'notExecuted':
      return end.exitCode;
  }
}

/** Whether the run ended with one of the exit codes that are expected. Death by a signal never is. */
export const isExpected = (end: ProcessEnd, exitCodes: readonly number[]): boolean =>
  end.kind === 'exited' && exitCodes.includes(end.code);
