/** One real supervisord in a temporary directory, and both clients in front of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { ctl } from '../../src/commands/ctl.ts';
import { type ProcessInfo, Rpc } from '../../src/ctl/rpc.ts';
import { Transport } from '../../src/ctl/transport.ts';
import { freePort } from '../support/port.ts';

/** What a client did. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** A client: words and stdin in, what it did out. */
export type Client = (argv: readonly string[], input?: string) => Promise<Ran>;

const pollMs = 30;

/** How long a fact may take on a machine that is busy: then the test has failed. */
const patienceMs = 60_000;

/** Waits until the fact is true; what the fact throws counts as false. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const isTrue = await Promise.resolve()
      .then(fact)
      .catch(() => false);
    if (isTrue) return;
    await delay(pollMs);
  }
  throw new Error(`not true after ${patienceMs} ms: ${fact.toString()}`);
}

/** Runs a program to its end. */
export async function run(command: string, argv: readonly string[], input = '', cwd = '/'): Promise<Ran> {
  const child = spawn(command, argv, { cwd, stdio: 'pipe', env: { ...process.env, LANG: 'C.UTF-8' } });
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, code };
}

/** supervisorctl of Debian. */
export const supervisorctl: Client = (argv, input) => run('/usr/bin/supervisorctl', argv, input);

/** tsupervisor ctl, in this process. */
export const tsupervisorctl: Client = async (argv, input = '') => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([text(stdout), text(stderr)]);
  const io = {
    stdin: Readable.from([Buffer.from(input)]),
    stdout,
    stderr,
    env: {},
    progname: '/usr/bin/supervisorctl',
  };
  const code = await ctl(argv, io);
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { stdout: out, stderr: err, code };
};

/** The programs that most scenarios run. */
export const PROGRAMS = `
[program:cat]
command=/bin/cat
stdout_logfile=DIR/cat.log
stderr_logfile=DIR/cat.err
[program:m]
command=/bin/sleep 1000
numprocs=2
process_name=%(program_name)s_%(process_num)d
stdout_logfile=NONE
stderr_logfile=NONE
priority=5
[program:talker]
command=/bin/sh -c "echo to stdout; echo to stderr >&2; exec sleep 1000"
stdout_logfile=DIR/talker.log
stderr_logfile=DIR/talker.err
[program:once]
command=/bin/true
startsecs=0
autorestart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:quick]
command=/bin/false
startsecs=5
autostart=false
startretries=0
stdout_logfile=NONE
stderr_logfile=NONE
[program:nofile]
command=/nonexistent/program
autostart=false
[program:notexec]
command=/etc/passwd
autostart=false
[program:spare]
command=/bin/sleep 1000
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
`;

/** A config with both servers: the socket for everybody, the port with a password. */
const BASE = `[inet_http_server]
port=127.0.0.1:PORT
username=user
password=pass:word
[unix_http_server]
file=DIR/s.sock
[supervisord]
logfile=DIR/supervisord.log
pidfile=DIR/supervisord.pid
childlogdir=DIR
nodaemon=true
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://DIR/s.sock
`;

/** A program that ends only when DIR/release is there: it holds a shutdown open. */
export const HOLDER = `
[program:holder]
command=/bin/sh -c "trap '' TERM; while ! [ -e DIR/release ]; do sleep 0.1; done"
stopwaitsecs=600
stdout_logfile=NONE
stderr_logfile=NONE
`;

/** A running supervisord; gone, with its directory, when it is disposed of. */
export class Supervisord implements AsyncDisposable {
  readonly directory: string;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor({ directory, port }: { readonly directory: string; readonly port: number }) {
    this.directory = directory;
    this.port = port;
    this.#child = spawn('/usr/bin/supervisord', ['-n', '-c', this.file('supervisord.conf')], {
      stdio: 'ignore',
      cwd: '/',
    });
  }

  /** Starts one and waits until every program has left STARTING. */
  static async start(programs = PROGRAMS): Promise<Supervisord> {
    const directory = mkdtempSync(join(tmpdir(), 'ctl-'));
    const port = await freePort();
    const config = (BASE + programs).replaceAll('DIR', directory).replaceAll('PORT', `${port}`);
    writeFileSync(join(directory, 'supervisord.conf'), config);
    const supervisord = new Supervisord({ directory, port });
    await supervisord.settled();
    return supervisord;
  }

  get serverurl(): string {
    return `unix://${this.file('s.sock')}`;
  }

  file(name: string): string {
    return join(this.directory, name);
  }

  /** Puts its directory and its port in the place of DIR and PORT. */
  fill(template: string): string {
    return template.replaceAll('DIR', this.directory).replaceAll('PORT', `${this.port}`);
  }

  /** Writes a file into its directory; DIR in the text is that directory. */
  write(name: string, content: string): void {
    writeFileSync(this.file(name), this.fill(content));
  }

  /** Appends to the config, or replaces text in it. */
  edit(change: (config: string) => string): void {
    const file = this.file('supervisord.conf');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }

  /** Waits until it answers and nothing is STARTING or BACKOFF. */
  async settled(): Promise<void> {
    await until(() => this.hasStates(({ statename }) => statename !== 'STARTING' && statename !== 'BACKOFF'));
  }

  async #processes(): Promise<readonly ProcessInfo[]> {
    using transport = new Transport({ serverurl: this.serverurl });
    return await new Rpc(transport).allProcesses();
  }

  async hasStates(wanted: (process: { namespec: string; statename: string }) => boolean): Promise<boolean> {
    const processes = await this.#processes();
    return processes.every(({ group, name, statename }) =>
      wanted({ namespec: `${group}:${name}`, statename }),
    );
  }

  /** Waits until supervisord has ended. */
  async ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    writeFileSync(this.file('release'), '');
    await this.#kill().catch(() => this.#child.kill('SIGTERM'));
    await this.ended();
    rmSync(this.directory, { recursive: true, force: true });
  }

  // An orderly shutdown takes a second for each group.
  async #kill(): Promise<void> {
    const pids = (await this.#processes()).map(({ pid }) => pid).filter((pid) => pid > 0);
    this.#child.kill('SIGKILL');
    for (const pid of pids) process.kill(-pid, 'SIGKILL');
  }
}

const RULES: readonly (readonly [RegExp, string])[] = [
  [/pid \d+, uptime (?:\d+ days?, )?\d+:\d\d:\d\d/g, 'pid PID, uptime TIME'],
  [/[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/g, 'WHEN'],
  [/^(> ?|.*?> )?\d+$/gm, '$1PID'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/g, 'STAMP'],
  [/(pid:?) \d+/g, '$1 PID'],
  [/(?<=Available names: ).*/g, 'NAMES'],
  // The resolver's word, and it may have another one a moment later; without a network it has but the second.
  [/\[Errno -(?:2\] Name or service not known|3\] Temporary failure in name resolution)/g, 'UNRESOLVED'],
];

/** Takes out what differs from run to run, and the two endings of an `error:` line. */
export const normalise = (output: string, supervisord: Supervisord): string =>
  RULES.reduce((shown, [pattern, to]) => shown.replaceAll(pattern, to), output)
    .replaceAll(supervisord.directory, 'DIR')
    .replaceAll(`:${supervisord.port}`, ':PORT')
    .replaceAll(/(error: <class .*?)(?:: file: \S+ line: \d+| \([^()]*\))$/gm, '$1');
