import { equal } from 'node:assert/strict';
import { closeSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

import { type Dead, type WaitStatus, watchChildren } from '../../../src/linux/reap.ts';
import { type SpawnOutcome, type SpawnRequest, spawn } from '../../../src/linux/spawn.ts';
import { inTime } from '../../support/wait-for.ts';

/** A spawn that has worked. */
export type Spawned = Extract<SpawnOutcome, { kind: 'spawned' }>;

/** What a program left behind. */
export interface Ran {
  readonly pid: number;
  readonly status: WaitStatus;
  readonly stdout: string;
  readonly stderr: string;
}

const path = process.env['PATH'] ?? '/usr/bin:/bin';

/** The simplest request; `argv[0]` is the path. */
export function requestFor(argv: readonly string[], more: Partial<SpawnRequest> = {}): SpawnRequest {
  const [file = ''] = argv;
  return {
    path: file,
    argv,
    environment: new Map([['PATH', path]]),
    processGroup: 'own',
    stdin: { kind: 'null' },
    stdout: { kind: 'pipe' },
    stderr: { kind: 'pipe' },
    ...more,
  };
}

/** A shell that runs a line. */
export const shell = (line: string): readonly string[] => ['/bin/sh', '-c', line];

/** Spawns, and fails when that does not work. */
export function spawnOrFail(request: SpawnRequest): Spawned {
  const outcome = spawn(request);
  equal(outcome.kind, 'spawned', JSON.stringify(outcome));
  if (outcome.kind !== 'spawned') throw new Error('cannot come here: asserted above');
  return outcome;
}

/** Runs a program to its end; `input` goes to its stdin, where that is a pipe. */
export async function run(request: SpawnRequest, input = ''): Promise<Ran> {
  using deaths = new Deaths();
  const spawned = spawnOrFail(request);
  if (spawned.stdinFd !== undefined) {
    writeSync(spawned.stdinFd, input);
    closeSync(spawned.stdinFd);
  }
  const [status, stdout, stderr] = await Promise.all([
    deaths.of(spawned.pid),
    readAll(spawned.stdoutFd),
    readAll(spawned.stderrFd),
  ]);
  return { pid: spawned.pid, status, stdout, stderr };
}

/** Everything that comes out of a descriptor of ours, until its end. Closes it. */
export async function readAll(fd: number | undefined): Promise<string> {
  if (fd === undefined) return '';
  const chunks: Buffer[] = [];
  const socket = new Socket({ fd, readable: true, writable: false });
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The children of this test that have died. */
export class Deaths implements Disposable {
  readonly all: Dead[] = [];
  readonly #watch: Disposable;
  // Node's SIGCHLD does not keep the event loop alive.
  readonly #alive = setInterval(() => undefined, 1 << 30);
  #wake = Promise.withResolvers<void>();

  constructor() {
    this.#watch = watchChildren((dead) => {
      this.all.push(dead);
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    });
  }

  /** Resolves with how the child ended. */
  async of(pid: number): Promise<WaitStatus> {
    return await inTime(this.#of(pid), () => `the end of ${pid}`);
  }

  /** Resolves when so many children have died. */
  async count(wanted: number): Promise<void> {
    const enough = async (): Promise<void> => {
      while (this.all.length < wanted) await this.#wake.promise;
    };
    await inTime(enough(), () => `${wanted} deaths, only ${this.all.length}`);
  }

  async #of(pid: number): Promise<WaitStatus> {
    for (;;) {
      const dead = this.all.find((one) => one.pid === pid);
      if (dead !== undefined) return dead.status;
      await this.#wake.promise;
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#alive);
    this.#watch[Symbol.dispose]();
  }
}
