import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender, Output, Program, Wanted } from './contender.ts';

/** A moment that one of the C programs wrote down. */
export interface Stamp {
  readonly word: string;
  /** Milliseconds of CLOCK_MONOTONIC. */
  readonly atMs: number;
  /** A pid, a wait status or a count, as the word says. */
  readonly value: number;
}

/** Where the C programs are, and what a trial needs to know beside its contender. */
export interface Setting {
  /** The folder of the compiled programs, absolute. */
  readonly tools: string;
}

/** How a contender's output is taken: a sink that counts lines, or /dev/null. */
export interface SinkOrder {
  readonly lines: number;
  /** Whether the bytes are compared with what was written. */
  readonly exact: boolean;
  /** How long the sink sleeps after its first byte. */
  readonly stallMs: number;
}

// supervisord reaps 10,000 orphans in about 100 s, which is the longest wait.
const limitMs = 200_000;

/** One run of one contender as PID 1 of a namespace of its own. Disposing it kills everything in it. */
export class Trial implements AsyncDisposable {
  /** A folder for this run alone. */
  readonly folder = mkdtempSync(join(tmpdir(), 'tsupervisor-bench-'));
  /** What the programs stamp into. */
  readonly stampFile = join(this.folder, 'stamps');
  readonly #setting: Setting;
  readonly #contender: Contender;
  readonly #children: ChildProcess[] = [];

  constructor(setting: Setting, contender: Contender) {
    this.#setting = setting;
    this.#contender = contender;
  }

  /** A supervised program made of one of the C programs: `FILE` is put before its arguments. */
  program(name: string, tool: string, ...args: readonly string[]): Program {
    return { name, argv: [join(this.#setting.tools, tool), this.stampFile, ...args] };
  }

  /** Starts the contender. Its standard error is kept in the folder. */
  start(programs: readonly Program[], output: Output = 'none', order?: SinkOrder): void {
    this.#start(programs, { output }, order);
  }

  /** Starts the contender with a control socket. Returns where the socket will be. */
  startControlled(programs: readonly Program[]): string {
    const controlSocket = join(this.folder, 'control.sock');
    this.#start(programs, { output: 'none', controlSocket });
    return controlSocket;
  }

  /** Runs the contender's own client once. Resolves with the milliseconds from its execve to its exit. */
  async timeClient(...words: readonly string[]): Promise<number> {
    const argv = [...(this.#contender.client?.(this.folder) ?? []), ...words];
    const stampFile = join(this.folder, 'client-stamps');
    rmSync(stampFile, { force: true });
    await once(spawn(join(this.#setting.tools, 'timed'), [stampFile, ...argv], { stdio: 'inherit' }), 'exit');
    const [exec, exit] = readStamps(stampFile);
    if (exec === undefined || exit?.value !== 0)
      throw new Error(`cannot time ${argv.join(' ')}: it ended with wait status ${exit?.value}`);
    return exit.atMs - exec.atMs;
  }

  #start(programs: readonly Program[], wanted: Wanted, order?: SinkOrder): void {
    const argv = this.#contender.prepare(this.folder, programs, wanted);
    const into = order === undefined ? openSync('/dev/null', 'w') : this.#openSink(order);
    const errors = openSync(join(this.folder, 'stderr'), 'w');
    this.#spawn('namespace', [this.stampFile, ...argv], ['ignore', into, errors]);
    closeSync(into);
    closeSync(errors);
  }

  /** The stamps with this word so far, in the order in which they were written. */
  stamps(word: string): readonly Stamp[] {
    return readStamps(this.stampFile).filter((stamp) => stamp.word === word);
  }

  /** Waits until there are that many stamps with the word, and returns them. */
  async see(word: string, count = 1): Promise<readonly Stamp[]> {
    const untilMs = performance.now() + limitMs;
    for (;;) {
      const found = this.stamps(word);
      if (found.length >= count) return found;
      this.#checkAlive(word);
      if (performance.now() > untilMs) throw new Error(this.#complaint(word));
      await sleep(count > 1 ? 20 : 5);
    }
  }

  /** The pid of PID 1, as it is outside of its namespace. */
  async pid(): Promise<number> {
    return (await firstOf(this.see('pid'))).value;
  }

  /** Asks the contender to stop. Resolves with the milliseconds until it had exited. */
  async stop(): Promise<number> {
    const pid = await this.pid();
    const askedMs = monotonicMs();
    process.kill(pid, this.#contender.stopSignal);
    return (await firstOf(this.see('exit'))).atMs - askedMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [pid] = this.stamps('pid');
    const [exit] = this.stamps('exit');
    if (pid !== undefined && exit === undefined) process.kill(pid.value, 'SIGKILL');
    await Promise.all(this.#children.filter((child) => !isOver(child)).map((child) => once(child, 'exit')));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The container's standard output: a real pipe with a sink at its end; Node's own pipes would be sockets. */
  #openSink({ lines, exact, stallMs }: SinkOrder): number {
    const fifo = join(this.folder, 'stdout');
    execFileSync('mkfifo', [fifo]);
    const words = [this.stampFile, String(lines), exact ? 'exact' : 'count', String(stallMs)];
    const sink = ['-c', 'exec "$@" <"$0"', fifo, join(this.#setting.tools, 'sink'), ...words];
    this.#children.push(spawn('/bin/sh', sink, { stdio: ['ignore', 'ignore', 'inherit'] }));
    // Opening waits for the sink to open its end.
    return openSync(fifo, 'w');
  }

  #spawn(tool: string, args: readonly string[], stdio: ['ignore', number, number]): void {
    this.#children.push(spawn(join(this.#setting.tools, tool), args, { stdio }));
  }

  /** When everything has ended, the sink too, nothing more can come. */
  #checkAlive(word: string): void {
    if (!this.#children.every(isOver)) return;
    if (this.stamps(word).length === 0) throw new Error(this.#complaint(word));
  }

  #complaint(word: string): string {
    const errors = readFileSync(join(this.folder, 'stderr'), 'utf8');
    return `cannot see "${word}" of ${this.#contender.name}; its standard error ends with:\n${errors.slice(-2000)}`;
  }
}

/** Reads a file of stamps; one that is not there yet is empty. */
function readStamps(file: string): readonly Stamp[] {
  return readIfThere(file)
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [word = '', ns, value] = line.split(' ');
      return { word, atMs: Number(ns) / 1e6, value: Number(value) };
    });
}

/** Now, on the clock that the C programs use: Node's hrtime is CLOCK_MONOTONIC. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function firstOf(stamps: Promise<readonly Stamp[]>): Promise<Stamp> {
  const [first] = await stamps;
  if (first === undefined) throw new Error('cannot read a stamp: there is none');
  return first;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
