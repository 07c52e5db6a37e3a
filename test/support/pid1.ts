import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { Lines } from './lines.ts';
import { tsupervisor } from './paths.ts';
import { listProcesses, type ProcEntry } from './proc.ts';
import { inTime, waitFor } from './wait-for.ts';

/** How a process ended: exactly one of the two is set. */
export interface Ending {
  /** The exit code, 0 to 255. */
  readonly code: number | undefined;
  /** The signal that killed it. */
  readonly signal: NodeJS.Signals | undefined;
}

/** What a command that was run beside PID 1 answered. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How PID 1 is started; everything has a default. */
export interface Pid1Options {
  /** Variables beside those of the test; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The working directory. Default: the test's. */
  readonly cwd?: string;
  /** `pipe`: `stdin` can be written to. Default: /dev/null. */
  readonly stdin?: 'ignore' | 'pipe';
}

/**
 * A program running as PID 1 of a fresh PID and mount namespace (and user namespace, when the test is not root), with a
 * /run of its own. Disposing it kills the whole namespace, so no test can leave a process behind.
 *
 * ```ts
 * await using init = new Pid1([tsupervisor, '-c', config]);
 * await init.line(/entered RUNNING state/);
 * await init.signal('SIGTERM');
 * equal((await init.exit()).code, 0);
 * ```
 */
export class Pid1 implements AsyncDisposable {
  /** What was written to standard output. */
  readonly stdout: Lines;
  /** What was written to standard error. */
  readonly stderr: Lines;
  readonly #output: Lines;
  readonly #unshare: ChildProcess;
  readonly #ending: Promise<Ending>;

  /** @param argv - the program and its arguments; the default is the built executable without any */
  constructor(argv: readonly string[] = [tsupervisor], { env, cwd, stdin = 'ignore' }: Pid1Options = {}) {
    this.#unshare = spawn('setpriv', [...namespaceArgv, ...argv], {
      stdio: [stdin, 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      cwd,
    });
    const { stdout, stderr } = this.#unshare;
    if (stdout === null || stderr === null) throw new Error('cannot read the program: it has no pipes');
    this.stdout = new Lines('standard output', [stdout]);
    this.stderr = new Lines('standard error', [stderr]);
    this.#output = new Lines('the output', [stdout, stderr]);
    this.#ending = new Promise((resolve, reject) => {
      this.#unshare.once('error', reject);
      // 'close' is after 'exit': all output has come. The namespace is dead, so nobody holds the pipes for longer.
      this.#unshare.once('close', (code, signal) => resolve(this.#endingOf(code, signal)));
    });
    this.#ending.catch(() => undefined);
  }

  /** Its standard input, to write to. */
  get stdin(): Writable {
    if (this.#unshare.stdin === null) throw new Error("cannot write to standard input: give stdin: 'pipe'");
    return this.#unshare.stdin;
  }

  /** All lines of both streams so far, in the order in which they came. */
  get lines(): readonly string[] {
    return this.#output.all;
  }

  /** Resolves with the first line of either stream that matches. Fails, with the output, when it cannot come any more. */
  async line(pattern: RegExp): Promise<string> {
    return await this.#output.line(pattern);
  }

  /** Sends PID 1 a signal from outside, as `docker kill` does. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    process.kill(await this.hostPid(), signal);
  }

  /** Resolves when PID 1 has ended. A death by a signal is told apart from an exit code. */
  async exit(): Promise<Ending> {
    return await inTime(this.#ending, () => `the end of PID 1, whose output is:\n${this.#output.text}`);
  }

  /** The pid that PID 1 has outside of its namespace. */
  async hostPid(): Promise<number> {
    const { pid } = this.#unshare;
    if (pid === undefined) throw new Error('cannot find PID 1: unshare did not start');
    return await waitFor('PID 1 in its namespace', () => childOf(pid));
  }

  /** Where a path of the namespace is seen from the test: `/run` and `/proc` are not the test's. */
  async path(inside: string): Promise<string> {
    return `/proc/${await this.hostPid()}/root${inside}`;
  }

  /** The processes in the namespace, zombies too, with their pids there. PID 1 is one of them. */
  async processes(): Promise<readonly ProcEntry[]> {
    return listProcesses(await this.path('/proc'));
  }

  /** Runs a command in the namespaces of PID 1, as `docker exec` does, and resolves when it has ended. */
  async run(argv: readonly string[]): Promise<Answer> {
    const enter = ['--target', String(await this.hostPid()), ...enterFlags, '--', ...argv];
    return await new Promise((resolve) => {
      execFile('nsenter', enter, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? 255);
        resolve({ code, stdout, stderr });
      });
    });
  }

  #endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
    // unshare hands on how its child ended, but up to util-linux 2.38 it stumbles over SIGKILL and exits with 1.
    const stumbled = this.stderr.all.includes('unshare: sigprocmask unblock failed: Invalid argument');
    if (stumbled) return { code: undefined, signal: 'SIGKILL' };
    return { code: code ?? undefined, signal: signal ?? undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid, exitCode, signalCode } = this.#unshare;
    // One that never started has no pid, and one that has ended has given its pid back.
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const init = childOf(pid);
    // A program that changes its uid loses --kill-child's death signal (prctl(2)), so PID 1 is killed by its own pid.
    if (init !== undefined) process.kill(init, 'SIGKILL');
    else this.#unshare.kill('SIGKILL');
    await this.#ending;
  }
}

const isRoot = process.getuid?.() === 0;

const namespaceArgv = [
  // The namespace dies with the test, also when the test is killed.
  '--pdeathsig',
  'KILL',
  'unshare',
  ...(isRoot ? [] : ['--user', '--map-root-user']),
  '--pid',
  '--fork',
  '--mount-proc',
  '--kill-child',
  '--',
  // The default control socket is in /run: tests that run at the same time must not share it.
  '/bin/sh',
  '-c',
  'mount -t tmpfs -o mode=755 tmpfs /run && exec "$@"',
  'sh',
];

const enterFlags = [...(isRoot ? [] : ['--user', '--preserve-credentials']), '--pid', '--mount'];

function childOf(pid: number): number | undefined {
  const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  return first === '' ? undefined : Number(first);
}
