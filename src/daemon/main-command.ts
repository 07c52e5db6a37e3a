/**
 * `-- CMD`: the command that the container exists for. It gets our stdin, stdout, stderr and terminal as they
 * are, and every signal that can be caught; its exit code is ours. (tini(1) and dumb-init(1) do this part.)
 */
import { basename } from 'node:path';
import { type Host } from '../config/host.ts';
import { type Policy, type ProcessEvent, pidOf } from '../core/process-machine.ts';
import { foregroundProcessGroup, giveTerminal, isTerminal, ownProcessGroup } from '../linux/terminal.ts';
import { LibcError } from '../linux/libc.ts';
import { sendSignal, signalName } from '../linux/signals.ts';
import { type SpawnOutcome, type SpawnRequest, spawn } from '../linux/spawn.ts';
import { inheritedOpenFiles } from './open-files.ts';
import { findExecutable } from './find-executable.ts';
import { Supervised } from './supervised.ts';

/** The command and what it runs with. */
export interface MainCommand {
  /** The words after `--`; the first is searched for in PATH. */
  readonly argv: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly host: Host;
}

/** Never restarted, and up as soon as it is spawned. */
const policy: Policy = {
  startMs: 0,
  startRetries: 0,
  autorestart: 'never',
  exitCodes: [0],
  stopSignals: [15],
  stopMs: 10_000,
  stopAsGroup: false,
  killAsGroup: false,
};

/** Makes the command a process like the others: started last, stopped first, critical. */
export function superviseMainCommand(command: MainCommand): Supervised {
  const name = basename(command.argv[0] ?? '');
  const standing = {
    name,
    group: name,
    program: name,
    rank: Infinity,
    isListener: false,
    autostart: true,
    critical: true,
  };
  let hasTerminal = false;
  return new Supervised(standing, policy, {
    spawn: () => {
      hasTerminal = isOurTerminal();
      const event = spawnMainCommand(command, hasTerminal ? 'foreground' : 'own');
      // The child had taken it before it failed.
      if (hasTerminal && event.type === 'spawnFailed') takeTerminalBack();
      return event;
    },
    buried: () => {
      if (hasTerminal) takeTerminalBack();
    },
    stderrTail: () => '',
    program: undefined,
  });
}

/**
 * Hands a signal on to the command. Nothing happens when it is not alive.
 *
 * @returns why it cannot: EPERM for a command that has become somebody else, as sudo(8) does
 */
export function forwardSignal(main: Supervised, signal: number): string | undefined {
  const pid = pidOf(main.state);
  if (pid === undefined) return undefined;
  try {
    sendSignal({ pid, signal, group: false });
    return undefined;
  } catch (error) {
    return `cannot forward ${signalName(signal)} to process ${pid}: ${error instanceof LibcError ? error.code : String(error)}`;
  }
}

function spawnMainCommand(
  { argv, environment, host }: MainCommand,
  processGroup: SpawnRequest['processGroup'],
): ProcessEvent {
  const word = argv[0] ?? '';
  const found = findExecutable(word, environment.get('PATH'), host);
  if (found.kind === 'notFound') return cannotExecute(word, found.why, found.exitCode);
  const openFiles = inheritedOpenFiles();
  const request: SpawnRequest = {
    path: found.path,
    argv,
    environment,
    processGroup,
    stdin: { kind: 'fd', fd: 0 },
    stdout: { kind: 'fd', fd: 1 },
    stderr: { kind: 'fd', fd: 2 },
    limits: openFiles === undefined ? [] : [openFiles],
  };
  const outcome = spawn(request);
  const isScriptWithoutInterpreter = outcome.kind === 'failed' && outcome.code === 'ENOEXEC';
  // execvp(3) gives such a file to the shell, and images rely on it.
  return isScriptWithoutInterpreter
    ? answer(word, spawn({ ...request, path: '/bin/sh', argv: ['/bin/sh', found.path, ...argv.slice(1)] }))
    : answer(word, outcome);
}

/** A terminal in whose foreground we are: `docker run -t`, or a shell that waits for us. */
function isOurTerminal(): boolean {
  if (!isTerminal(0)) return false;
  try {
    return foregroundProcessGroup(0) === ownProcessGroup();
  } catch {
    // A terminal that does not control us (ENOTTY) has no foreground to hand on.
    return false;
  }
}

/** Whoever waits for us finds the terminal as it was. A terminal that is gone needs nothing. */
function takeTerminalBack(): void {
  try {
    giveTerminal(0, ownProcessGroup());
  } catch {
    // It was hung up.
  }
}

function answer(word: string, outcome: SpawnOutcome): ProcessEvent {
  if (outcome.kind === 'spawned') return { type: 'spawned', pid: outcome.pid };
  return cannotExecute(word, outcome.code, outcome.code === 'ENOENT' ? 127 : 126);
}

const cannotExecute = (word: string, cause: string, exitCode: 126 | 127): ProcessEvent => ({
  type: 'spawnFailed',
  why: `cannot execute ${word}: ${cause}`,
  exitCode,
});
