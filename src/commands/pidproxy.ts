/**
 * `pidproxy PIDFILE COMMAND [ARG…]`: stands in for a daemon that puts itself into the background, and hands
 * signals on to the pid that the daemon wrote. Behaviour: Supervisor 4.3, pidproxy.py, except that the
 * command's end is noticed at once, not within five seconds.
 */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { ownEnvironment } from '../linux/own-bytes.ts';
import { watchChildren } from '../linux/reap.ts';
import { sendSignal } from '../linux/signals.ts';
import { spawn } from '../linux/spawn.ts';
import { watchSignals } from '../linux/watch-signals.ts';
import { writeAll } from '../linux/write-all.ts';

const usage = 'pidproxy: usage: pidproxy PIDFILE COMMAND [ARG…]\n';
const forwarded = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const;
const { SIGTERM, SIGINT, SIGQUIT } = constants.signals;
const ending: ReadonlySet<number> = new Set([SIGTERM, SIGINT, SIGQUIT]);

/** Resolves with the exit code: 1 for wrong usage, else 0, whatever became of the command (Supervisor does so). */
export async function pidproxy(argv: readonly string[]): Promise<number> {
  const [pidFile, command, ...args] = argv;
  if (pidFile === undefined || command === undefined) {
    writeAll(1, usage);
    return 1;
  }
  return proxy(pidFile, [resolve(command), ...args]);
}

/** Runs the command until it ends or we are asked to end. */
async function proxy(pidFile: string, argv: readonly string[]): Promise<number> {
  const { promise, resolve: end } = Promise.withResolvers<number>();
  // Signal handlers alone do not keep the process alive.
  const alive = setInterval(() => undefined, 2 ** 31 - 1);
  using _signals = watchSignals(forwarded, (signal) => {
    forward(pidFile, signal);
    if (ending.has(signal)) end(0);
  });
  const pid = spawnCommand(argv);
  using _children = watchChildren((dead) => {
    if (dead.pid === pid) end(0);
  });
  if (pid === undefined) end(0);
  const exitCode = await promise;
  clearInterval(alive);
  return exitCode;
}

function spawnCommand(argv: readonly string[]): number | undefined {
  const outcome = spawn({
    path: argv[0] ?? '',
    argv,
    environment: ownEnvironment(),
    processGroup: 'inherit',
    stdin: { kind: 'fd', fd: 0 },
    stdout: { kind: 'fd', fd: 1 },
    stderr: { kind: 'fd', fd: 2 },
  });
  if (outcome.kind === 'spawned') return outcome.pid;
  writeAll(2, `pidproxy: cannot execute ${argv[0]}: ${outcome.code}\n`);
  return undefined;
}

/** Reads the pid anew each time: the daemon may have been restarted. */
function forward(pidFile: string, signal: number): void {
  const pid = readPid(pidFile);
  if (pid === undefined) writeAll(1, `Can't read child pidfile ${pidFile}!\n`);
  else sendSignal({ pid, signal, group: false });
}

function readPid(pidFile: string): number | undefined {
  try {
    const text = readFileSync(pidFile, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    // The daemon has not written it yet, or has removed it.
    return undefined;
  }
}
