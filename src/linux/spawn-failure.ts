/** Why a program could not be spawned. */
import { accessSync, constants, statSync } from 'node:fs';

import { codeOf } from './spawn-adjustments.ts';

/** Where it failed: making descriptors, setting limits, changing the user, changing directory, execve, fork. */
export type SpawnStep = 'pipe' | 'limits' | 'identity' | 'directory' | 'exec' | 'fork';

/** Nothing was spawned, and nothing stays open. */
export interface SpawnFailed {
  readonly kind: 'failed';
  readonly step: SpawnStep;
  readonly code: string;
}

/** The calls whose failure tells the step. */
const stepOfSyscall: ReadonlyMap<string, SpawnStep> = new Map([
  ['setgroups', 'identity'],
  ['setresgid', 'identity'],
  ['setresuid', 'identity'],
  ['prctl', 'identity'],
  ['clone', 'fork'],
  ['prlimit', 'limits'],
]);

/** The errors of posix_spawn that tell the step. The rest come from chdir or execve. */
const stepOfSpawnError: ReadonlyMap<string, SpawnStep> = new Map([
  ['EAGAIN', 'fork'],
  ['ENOMEM', 'fork'],
  ['EMFILE', 'pipe'],
  ['ENFILE', 'pipe'],
  ['EBADF', 'pipe'],
]);

/** A failure at a step. */
export const failed = (step: SpawnStep, code: string): SpawnFailed => ({ kind: 'failed', step, code });

/** The failure that a LibcError or a SystemError stands for; another error is thrown on. */
export function failureOf(error: unknown): SpawnFailed {
  const syscall = error instanceof Error && 'syscall' in error ? String(error.syscall) : '';
  return failed(stepOfSyscall.get(syscall) ?? 'pipe', codeOf(error));
}

/**
 * The failure that an error of posix_spawn stands for. It tells what went wrong, not where: the directory is looked at
 * by whoever calls this, which must be the target user.
 */
export function explain(code: string, directory: string | undefined): SpawnFailed {
  const step = stepOfSpawnError.get(code);
  if (step !== undefined) return failed(step, code);
  const directoryCode = directory === undefined ? undefined : whyNotEntered(directory);
  return directoryCode === undefined ? failed('exec', code) : failed('directory', directoryCode);
}

function whyNotEntered(directory: string): string | undefined {
  try {
    if (!statSync(directory).isDirectory()) return 'ENOTDIR';
    accessSync(directory, constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}
