/**
 * Brings one process of a [program:x] section to life: resolves its command, opens its logs, spawns it.
 *
 * The texts of what goes wrong are Supervisor's (process.py, Subprocess.spawn; `spawnerr`), where Supervisor
 * has one. A failed chdir, setuid or exec has a process in Supervisor, which writes the reason to its
 * stderr and exits with 127; here no process exists, and the reason is the spawn error itself.
 */
import { resolveCommand, splitCommand } from '../config/command.ts';
import { type Host } from '../config/host.ts';
import { type ProcessPlan } from '../config/plan.ts';
import { type ProcessEvent } from '../core/process-machine.ts';
import { type SpawnOutcome, type SpawnRequest, spawn } from '../linux/spawn.ts';
import { type ProcessOutput } from '../output/process-output.ts';
import { type Stdin } from './stdin.ts';

/** A program that can be spawned again and again. */
export interface SpawnableProgram {
  readonly plan: ProcessPlan;
  readonly environment: ReadonlyMap<string, string>;
  readonly host: Host;
  readonly output: ProcessOutput;
  readonly stdin: Stdin;
  /** Is told what the kernel did not allow, where the process runs all the same. */
  readonly warn: (message: string) => void;
}

/** Spawns it once. */
export function spawnProgram(program: SpawnableProgram): ProcessEvent {
  const { plan, environment, host, output } = program;
  const command = splitCommand(plan.command);
  if (command.kind === 'problem') return cannotSpawn(command.message, 126);
  const found = resolveCommand(command.words, environment.get('PATH'), host);
  if (found.kind === 'problem') return cannotSpawn(found.message, found.fault === 'NO_FILE' ? 127 : 126);
  const code = output.open();
  if (code !== undefined)
    return cannotSpawn(`unknown error making dispatchers for '${plan.name}': ${code}`, 126);
  return answer(program, spawn(spawnRequest(program, found.path, command.words)));
}

function spawnRequest(
  { plan, environment }: SpawnableProgram,
  path: string,
  argv: readonly string[],
): SpawnRequest {
  return {
    path,
    argv,
    environment,
    directory: plan.directory,
    credentials: plan.user,
    umask: plan.umask,
    processGroup: 'own',
    stdin: { kind: 'pipe' },
    stdout: { kind: 'pipe' },
    stderr: plan.redirect_stderr ? { kind: 'sameAsStdout' } : { kind: 'pipe' },
  };
}

function answer({ plan, output, stdin, warn }: SpawnableProgram, outcome: SpawnOutcome): ProcessEvent {
  if (outcome.kind === 'failed') return explain(plan, outcome);
  const { pid, stdinFd, stdoutFd, stderrFd, refused } = outcome;
  for (const { what, code } of refused) warn(`cannot set ${what} of '${plan.name}': ${code}`);
  stdin.open(stdinFd);
  output.attach({ pid, stdoutFd, stderrFd });
  return { type: 'spawned', pid };
}

function explain(plan: ProcessPlan, { step, code }: Extract<SpawnOutcome, { kind: 'failed' }>): ProcessEvent {
  switch (step) {
    case 'pipe':
      return cannotSpawn(
        code === 'EMFILE'
          ? `too many open files to spawn '${plan.name}'`
          : `unknown error making dispatchers for '${plan.name}': ${code}`,
        126,
      );
    case 'fork':
      return cannotSpawn(
        code === 'EAGAIN'
          ? `Too many processes in process table to spawn '${plan.name}'`
          : `unknown error during fork for '${plan.name}': ${code}`,
        126,
      );
    case 'directory':
      return cannotSpawn(`couldn't chdir to ${plan.directory}: ${code}`, 127);
    case 'identity':
      return cannotSpawn(`couldn't setuid to ${plan.user?.uid}: ${code}`, 127);
    case 'limits':
      return cannotSpawn(`couldn't set the limits of '${plan.name}': ${code}`, 126);
    case 'exec':
      return cannotSpawn(`couldn't exec ${plan.command}: ${code}`, code === 'ENOENT' ? 127 : 126);
  }
}

const cannotSpawn = (why: string, exitCode: 126 | 127): ProcessEvent => ({
  type: 'spawnFailed',
  why,
  exitCode,
});
