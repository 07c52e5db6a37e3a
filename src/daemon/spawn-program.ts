/**
 * Brings one process of a [program:x] section to life: resolves its command, opens its logs, spawns it.
 *
 * The texts of what goes wrong are Supervisor's (process.py, Subprocess.spawn; `spawnerr`), where Supervisor
 * has one. A failed chdir, setuid or exec has a process in Supervisor, which writes the reason to its
 * stderr and exits with 127; here no process exists, and the reason is the spawn error itself.
 */
import { resolve } from 'node:path';
import { resolveCommand, splitCommand } from '../config/command.ts';
import { type Host } from '../config/host.ts';
import { type ProcessPlan } from '../config/plan.ts';
import { type ProcessEvent } from '../core/process-machine.ts';
import { type SpawnOutcome, type SpawnRequest, spawn } from '../linux/spawn.ts';
import { hasNullDevice, type StdioSource, type StdioSources } from '../linux/stdio.ts';
import { type ProcessOutput } from '../output/process-output.ts';
import { type FcgiListener } from './fcgi-listener.ts';
import { programLimits } from './program-limits.ts';
import { readSecrets } from './read-secrets.ts';
import { type Stdin } from './stdin.ts';

/** A program that can be spawned again and again. */
export interface SpawnableProgram {
  readonly plan: ProcessPlan;
  /** Of every instance, a copy of its own; secrets are read anew for each. */
  readonly environment: () => Map<string, string>;
  readonly host: Host;
  readonly output: ProcessOutput;
  readonly stdin: Stdin;
  /** The socket of an fcgi-program, which is its stdin. */
  readonly fcgi: FcgiListener | undefined;
  /** Is told what the kernel did not allow, where the process runs all the same. */
  readonly warn: (message: string) => void;
}

/** Spawns it once. */
export function spawnProgram(program: SpawnableProgram): ProcessEvent {
  const { plan, host, output } = program;
  const secrets = readSecrets(plan);
  if (secrets.kind === 'problem') return cannotSpawn(secrets.why, 126);
  const environment = program.environment();
  for (const [name, value] of secrets.variables) environment.set(name, value);
  const command = splitCommand(plan.command);
  if (command.kind === 'problem') return cannotSpawn(command.message, 126);
  const found = resolveCommand(command.words, environment.get('PATH'), host);
  if (found.kind === 'problem') return cannotSpawn(found.message, found.fault === 'NO_FILE' ? 127 : 126);
  const code = output.open();
  if (code !== undefined)
    return cannotSpawn(`unknown error making dispatchers for '${plan.name}': ${code}`, 126);
  // Supervisor's checks are made from its own working directory, so that is what a relative command means.
  const path = resolve(host.cwd, found.path);
  return spawnFile(program, { path, argv: command.words, environment });
}

type Execution = Pick<SpawnRequest, 'path' | 'argv' | 'environment'>;

function spawnFile(program: SpawnableProgram, execution: Execution): ProcessEvent {
  const { fcgi, plan } = program;
  const socket = fcgi?.acquire();
  if (socket?.kind === 'problem') return cannotSpawn(socket.why, 126);
  const stdin: StdioSource = socket === undefined ? { kind: 'pipe' } : { kind: 'fd', fd: socket.fd };
  const outcome = spawn({
    ...execution,
    ...startingConditions(plan),
    stdin,
    stdout: sinkOf(program, 'stdout'),
    stderr: plan.redirect_stderr ? { kind: 'sameAsStdout' } : sinkOf(program, 'stderr'),
  });
  if (outcome.kind === 'failed') fcgi?.release();
  return answer(program, outcome);
}

/** What nobody wants does not have to pass through us. */
function sinkOf({ output }: SpawnableProgram, stream: 'stdout' | 'stderr'): StdioSource {
  return output.isDiscarded(stream) && hasNullDevice() ? { kind: 'null' } : { kind: 'pipe' };
}

const startingConditions = (plan: ProcessPlan): Omit<SpawnRequest, keyof StdioSources | keyof Execution> => ({
  directory: plan.directory,
  credentials: plan.user,
  umask: plan.umask,
  processGroup: 'own',
  limits: programLimits(plan),
  nice: plan.nice,
  oomScoreAdj: plan.oom_score_adj,
  noNewPrivileges: plan.no_new_privs,
});

function answer({ plan, output, stdin, warn }: SpawnableProgram, outcome: SpawnOutcome): ProcessEvent {
  if (outcome.kind === 'failed') return explain(plan, outcome);
  const { pid, stdinFd, stdoutFd, stderrFd, refused } = outcome;
  for (const { what, code } of refused) warn(`cannot set ${what} of '${plan.name}': ${code}`);
  stdin.open(stdinFd);
  // When everything that starts with it has been spawned, too; no event is taken before.
  queueMicrotask(() => output.attach({ pid, stdoutFd, stderrFd }));
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
      return cannotSpawn(`couldn't exec ${fileOf(plan)}: ${code}`, code === 'ENOENT' ? 127 : 126);
  }
}

/** The first word, as Supervisor has it: the others may be a megabyte, which is an error of its own (E2BIG). */
function fileOf(plan: ProcessPlan): string {
  const command = splitCommand(plan.command);
  return command.kind === 'problem' ? plan.command : (command.words[0] ?? '');
}

const cannotSpawn = (why: string, exitCode: 126 | 127): ProcessEvent => ({
  type: 'spawnFailed',
  why,
  exitCode,
});
