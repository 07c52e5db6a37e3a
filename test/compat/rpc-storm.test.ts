import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { Scratch } from '../support/scratch.ts';
import { inTime, waitFor } from '../support/wait-for.ts';
import { StormClient, type Told } from './rpc-storm-client.ts';

/** `TSUPERVISOR_STORM_SECONDS=60` makes it the whole minute. */
const stormMs = Number(process.env['TSUPERVISOR_STORM_SECONDS'] ?? 8) * 1000;

const clientCount = 20;

interface Program {
  readonly name: string;
  /** Each one's is of its own, so that /proc tells whose a process is. */
  readonly command: string;
  readonly options: string;
}

const PROGRAMS: readonly Program[] = [
  { name: 'steady', command: '/bin/sleep 1001', options: 'startsecs=0' },
  { name: 'settling', command: '/bin/sleep 1002', options: 'startsecs=1' },
  {
    name: 'stubborn',
    command: '/usr/bin/env --ignore-signal=TERM /bin/sleep 1003',
    options: 'startsecs=0\nstopwaitsecs=1',
  },
  { name: 'short', command: '/bin/sleep 0.05', options: 'startsecs=0\nautorestart=true' },
  { name: 'crashing', command: '/bin/sh -c "exit 3"', options: 'startsecs=0\nautorestart=true' },
  { name: 'failing', command: '/bin/sh -c "kill -SEGV $$"', options: 'startsecs=1\nstartretries=1' },
  { name: 'left', command: '/bin/sleep 1004', options: 'startsecs=0' },
  { name: 'right', command: '/bin/sh -c "exit 4"', options: 'startsecs=1' },
];

/** What a second copy would exit with: the first one holds the lock until the kernel has ended it. */
const TWICE = 77;

const section = ({ name, command, options }: Program): string =>
  `[program:${name}]\ncommand=/usr/bin/flock -nFE ${TWICE} FOLDER/${name}.lock ${command}\n${options}\n` +
  'stdout_logfile=NONE\nstderr_logfile=NONE\n';

const CONFIGURATION = `
[supervisord]
exit_when_done=false
logfile=FOLDER/main.log
logfile_maxbytes=0
[unix_http_server]
file=FOLDER/s.sock
[group:pair]
programs=left,right
[program:nofile]
command=/nonexistent/program
autostart=false
${PROGRAMS.map(section).join('')}`;

const SINGLE: readonly string[] = [
  ...PROGRAMS.map(({ name }) => (/^(?:left|right)$/.test(name) ? `pair:${name}` : name)),
  'nofile',
];

/** What one client does next, and the faults that may come of it (docs/RPC.md). */
type Deed = (client: StormClient, name: string) => Promise<void>;

const CANNOT_START = [20, 40, 50, 60];
const NOT_RUNNING = [70];

const start: Deed = (client, name) => client.ask(CANNOT_START, 'supervisor.startProcess', name);
const stop: Deed = (client, name) => client.ask(NOT_RUNNING, 'supervisor.stopProcess', name);

const DEEDS: readonly Deed[] = [
  start,
  start,
  stop,
  // A restart, as supervisorctl does it.
  async (client, name) => {
    await stop(client, name);
    await start(client, name);
  },
  (client, name) => client.ask(CANNOT_START, 'supervisor.startProcess', name, false),
  (client, name) => client.ask(NOT_RUNNING, 'supervisor.stopProcess', name, false),
  (client, name) => client.ask(NOT_RUNNING, 'supervisor.signalProcess', name, 'KILL'),
  (client, name) => client.ask([], 'supervisor.getProcessInfo', name),
  (client, name) => client.many(['supervisor.stopProcess', name], ['supervisor.startProcess', name]),
  (client) => client.ask([], 'supervisor.startProcessGroup', 'pair'),
  (client) => client.ask([], 'supervisor.stopProcessGroup', 'pair'),
  (client) => client.ask([91], 'supervisor.removeProcessGroup', 'pair'),
  (client) => client.ask([90], 'supervisor.addProcessGroup', 'pair'),
];

const anyOf = <T>(choices: readonly T[]): T => {
  const chosen = choices[Math.floor(Math.random() * choices.length)];
  if (chosen === undefined) throw new Error('cannot choose: there is nothing');
  return chosen;
};

/** One supervisor in the storm, and those who watch it. */
class Storm implements AsyncDisposable {
  readonly #scratch = new Scratch();
  readonly #init: Pid1;
  readonly #watcher: StormClient;
  readonly #clients: readonly StormClient[];
  /** The most copies of each program that /proc has ever shown. */
  readonly most = new Map<string, number>();

  constructor() {
    this.#scratch.write('s.conf', CONFIGURATION.replaceAll('FOLDER', this.#scratch.folder));
    this.#init = new Pid1([tsupervisor, '-c', this.#scratch.path('s.conf')]);
    const client = (): StormClient => new StormClient(this.#scratch.path('s.sock'));
    this.#watcher = client();
    this.#clients = Array.from({ length: clientCount }, client);
  }

  get log(): string {
    return this.#scratch.read('main.log');
  }

  get clients(): readonly StormClient[] {
    return this.#clients;
  }

  /** Follows every event; the programs must not have been asked for anything before. */
  async open(): Promise<StormClient> {
    await waitFor('the control socket', () => existsSync(this.#scratch.path('s.sock')));
    await this.#watcher.followEvents();
    return this.#watcher;
  }

  /** Lets all clients rage, until the time is over and everyone has the last answer. */
  async rage(): Promise<void> {
    const untilMs = performance.now() + stormMs;
    const rage = async (client: StormClient): Promise<void> => {
      while (performance.now() < untilMs) await anyOf(DEEDS)(client, anyOf(SINGLE));
    };
    const raging = this.#clients.map(rage);
    while (performance.now() < untilMs) {
      for (const [name, pids] of await this.living())
        this.most.set(name, Math.max(pids.length, this.most.get(name) ?? 0));
      await sleep(5);
    }
    await inTime(Promise.all(raging), () => 'the last answers');
  }

  /** The pids of the living copies of each program, as /proc has them. */
  async living(): Promise<ReadonlyMap<string, readonly number[]>> {
    const processes = await this.#init.processes();
    return new Map(
      PROGRAMS.map(({ name, command }) => {
        const shown = command.replaceAll('"', '');
        // env(1) becomes what it was told to run.
        const words = shown.slice(shown.lastIndexOf('/bin/'));
        return [name, processes.filter((one) => one.command.endsWith(words)).map(({ pid }) => pid)];
      }),
    );
  }

  /** All processes of the namespace but PID 1. */
  async others(): Promise<readonly string[]> {
    return (await this.#init.processes()).filter(({ pid }) => pid !== 1).map(({ command }) => command);
  }

  /** What the supervisor tells of each process; a second look at /proc in between saw no change of it. */
  async compared(): Promise<ReadonlyMap<string, readonly [Told, readonly number[]]>> {
    const first = await this.#watcher.processes();
    const living = await this.living();
    const second = await this.#watcher.processes();
    return new Map(
      [...second].flatMap(([name, told]) => {
        const isSame = JSON.stringify(told) === JSON.stringify(first.get(name));
        return isSame ? [[name, [told, living.get(name) ?? []]] as const] : [];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [this.#watcher, ...this.#clients]) client[Symbol.dispose]();
    await this.#init[Symbol.asyncDispose]();
    await this.#scratch[Symbol.asyncDispose]();
  }
}

let storm: Storm;
let watcher: StormClient;

before(async () => {
  storm = new Storm();
  watcher = await storm.open();
  await storm.rage();
});

after(async () => {
  await storm[Symbol.asyncDispose]();
});

test('every call of twenty clients at once is answered, with a value or a documented fault', () => {
  const calls = storm.clients.map(({ askedCount }) => askedCount);

  ok(Math.min(...calls) > 0, String(calls));
  deepEqual(
    storm.clients.map(({ answeredCount }) => answeredCount),
    calls,
  );
  deepEqual(
    storm.clients.flatMap(({ wrong }) => wrong),
    [],
  );
});

test('no program is ever started twice', () => {
  for (const name of ['steady', 'settling', 'stubborn', 'left']) equal(storm.most.get(name), 1, name);
  deepEqual(
    [...storm.most].filter(([, count]) => count > 1),
    [],
  );
  ok(!storm.log.includes(`exit status ${TWICE}`));
});

test('every change of state begins where the one before has ended', () => {
  ok(watcher.changeCount > 100, String(watcher.changeCount));
  deepEqual(watcher.gaps, []);
});

test('what is said of each process is what /proc shows', async () => {
  await watcher.ask([90], 'supervisor.addProcessGroup', 'pair');

  for (const { name } of PROGRAMS)
    // One that crashes again and again may have died without being reaped yet: a moment later it is.
    await waitFor(`${name} as it is said to be`, async () => {
      const [told, pids] = (await storm.compared()).get(name) ?? [];
      if (told === undefined) return false;
      const isAlive = ['STARTING', 'RUNNING', 'STOPPING'].includes(told.statename);
      return isAlive === told.pid > 0 && isDeepStrictEqual(pids, isAlive ? [told.pid] : []);
    });
});

test('after the storm everything stops, and starts again', async () => {
  await watcher.ask([], 'supervisor.stopAllProcesses');
  await waitFor('nothing alive', async () => (await storm.others()).length === 0);
  const stopped = await watcher.processes();
  ok([...stopped.values()].every(({ statename }) => /^(?:STOPPED|EXITED|FATAL)$/.test(statename)));

  await watcher.ask([], 'supervisor.startAllProcesses');

  const started = await watcher.processes();
  for (const name of ['steady', 'settling', 'stubborn', 'left'])
    equal(started.get(name)?.statename, 'RUNNING', name);
  deepEqual(watcher.wrong, []);
  ok(!storm.log.includes('CRIT'), storm.log);
});
