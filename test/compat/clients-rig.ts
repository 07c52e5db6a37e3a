/** One server, supervisord or ours, under the same config, with any client in front of it. */
import { existsSync } from 'node:fs';
import { supervisord, supervisorctl, tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { freePort } from '../support/port.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';
import { run, type Ran } from './ctl-rig.ts';

/** A server program, and how it is called. */
export interface Kind {
  readonly name: 'supervisord' | 'tsupervisor';
  readonly argv: readonly string[];
}

/** The real one. */
export const SUPERVISORD: Kind = { name: 'supervisord', argv: [supervisord, '-n'] };

/** The built executable. */
export const TSUPERVISOR: Kind = { name: 'tsupervisor', argv: [tsupervisor] };

/** The user of the port, and what a client has to say for it. */
export const USER = 'user';
export const PASSWORD = 'pass:word';

// exit_when_done is ours; supervisord passes over options that it does not know.
const BASE = `[inet_http_server]
port=127.0.0.1:PORT
username=${USER}
password=${PASSWORD}
[unix_http_server]
file=DIR/s.sock
[supervisord]
exit_when_done=false
logfile=DIR/supervisord.log
pidfile=DIR/supervisord.pid
childlogdir=DIR
nodaemon=true
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://DIR/s.sock
`;

const quiet = 'stdout_logfile=NONE\nstderr_logfile=NONE\n';

/** A program that sleeps and writes nowhere, with more options. */
export const sleeper = (name: string, options = ''): string =>
  `[program:${name}]\ncommand=/bin/sleep 1000\nstartsecs=0\n${quiet}${options}`;

/** The programs that most tests run; `DIR` is the server's folder. */
export const PROGRAMS = `
[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile=DIR/cat.log
stderr_logfile=DIR/cat.err
[program:talker]
command=/bin/sh -c "echo to stdout; echo to stderr >&2; exec sleep 1000"
startsecs=0
stdout_logfile=DIR/talker.log
stderr_logfile=DIR/talker.err
[program:once]
command=/bin/true
startsecs=0
autorestart=false
${quiet}
[program:quick]
command=/bin/false
autostart=false
startretries=0
${quiet}
[program:nofile]
command=/nonexistent/program
autostart=false
${quiet}
[program:notexec]
command=/etc/passwd
autostart=false
${quiet}
[program:slow]
command=/bin/sleep 1000
startsecs=1000
autostart=false
${quiet}
[program:ready]
command=/bin/sleep 1000
startsecs=1
autostart=false
${quiet}
[group:pair]
programs=left,right
priority=3
${sleeper('m', 'numprocs=2\nprocess_name=%(program_name)s_%(process_num)d\npriority=5\n')}
${sleeper('spare', 'autostart=false\n')}${sleeper('left')}${sleeper('right')}`;

/** A program that ends only when DIR/release is there: it holds a shutdown open. */
export const HOLDER = `[program:holder]
command=/bin/sh -c "trap '' TERM; while ! [ -e DIR/release ]; do sleep 0.1; done"
startsecs=0
stopwaitsecs=600
${quiet}`;

/** A running server; gone, with its programs and its folder, when it is disposed of. */
export class Server implements AsyncDisposable {
  readonly kind: Kind;
  readonly port: number;
  readonly scratch = new Scratch();
  #init: Pid1 | undefined;

  private constructor(kind: Kind, port: number) {
    this.kind = kind;
    this.port = port;
  }

  /** Starts one and waits until every program with autostart has been started. */
  static async start(kind: Kind, programs = PROGRAMS): Promise<Server> {
    const server = new Server(kind, await freePort());
    server.configure(programs);
    server.#init = new Pid1([...kind.argv, '-c', server.config]);
    await server.settled();
    return server;
  }

  get folder(): string {
    return this.scratch.folder;
  }

  get config(): string {
    return this.scratch.path('supervisord.conf');
  }

  get socket(): string {
    return this.scratch.path('s.sock');
  }

  /** PID 1 itself, to send it signals and to wait for its end. */
  get init(): Pid1 {
    if (this.#init === undefined) throw new Error('cannot use the server: it was not started');
    return this.#init;
  }

  /** Puts its folder and its port in the place of DIR and PORT. */
  fill(template: string): string {
    return template.replaceAll('DIR', this.folder).replaceAll('PORT', String(this.port));
  }

  /** Writes the config: the servers and these programs. */
  configure(programs: string): void {
    this.scratch.write('supervisord.conf', this.fill(BASE + programs));
  }

  /** Waits until it answers, nothing is about to start, and what ends at once has ended. */
  async settled(): Promise<void> {
    await waitFor('every program settled', async () => {
      const { code, stdout } = await this.status();
      return (
        code !== null &&
        code !== 4 &&
        code !== 7 &&
        !/ (?:STARTING|BACKOFF) |^once +RUNNING|error/m.test(stdout)
      );
    });
    if (!existsSync(this.scratch.path('talker.log'))) return;
    await waitFor('what talker says', () => this.scratch.read('talker.err').endsWith('to stderr\n'));
  }

  /** What Debian's supervisorctl says about the programs. */
  async status(): Promise<Ran> {
    return await run(supervisorctl, ['-c', this.config, 'status']);
  }

  /** The pids of the living processes, by namespec. */
  async pids(): Promise<ReadonlyMap<string, string>> {
    const { stdout } = await this.status();
    const found = stdout.matchAll(/^(\S+) +RUNNING +pid (\d+)/gm);
    return new Map([...found].map(([, namespec = '', pid = '']) => [namespec, pid]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#init?.[Symbol.asyncDispose]();
    await this.scratch[Symbol.asyncDispose]();
  }
}

const RULES: readonly (readonly [RegExp, string])[] = [
  [/pid \d+, uptime (?:\d+ days?, )?\d+:\d\d:\d\d/g, 'pid PID, uptime TIME'],
  [/[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/g, 'WHEN'],
  [/^(.*> )?[1-9]\d*$/gm, '$1PID'],
  // Where in its own source the client met an error.
  [/(error: <class .*?)(?:: file: \S+ line: \d+| \([^()]*\))$/gm, '$1'],
];

/** Takes out what differs from run to run: pids, times, the folder, the port. */
export const normalise = (text: string, server: Server): string =>
  RULES.reduce((shown, [pattern, to]) => shown.replaceAll(pattern, to), text)
    .replaceAll(server.folder, 'DIR')
    .replaceAll(`:${server.port}`, ':PORT');
