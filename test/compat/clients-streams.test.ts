import { deepEqual, equal, match } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import { Lines } from '../support/lines.ts';
import { supervisorctl } from '../support/paths.ts';
import { sleeps } from '../support/proc.ts';
import { waitFor } from '../support/wait-for.ts';
import { Server, SUPERVISORD, TSUPERVISOR } from './clients-rig.ts';
import { linked } from './clients-transcript.ts';
import { run } from './ctl-rig.ts';

/** A client that goes on until it is told to stop. */
class Going implements Disposable {
  readonly lines: Lines;
  readonly errors: Lines;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(client: string, argv: readonly string[]) {
    const child = spawn(client, argv, { stdio: 'pipe', cwd: '/' });
    this.lines = new Lines('the output of the client', [child.stdout]);
    this.errors = new Lines('the errors of the client', [child.stderr]);
    this.#child = child;
    this.#closed = once(child, 'close');
  }

  async shows(text: string): Promise<void> {
    await waitFor(`${JSON.stringify(text)} in the output`, () => this.lines.text.includes(text));
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Ctrl-C, while it waits: Debian's client calls it a lost connection when it comes amid the work on what was sent. */
  async interrupt(): Promise<number | null> {
    await sleeps(this.#child.pid ?? 0);
    this.#child.kill('SIGINT');
    return this.end();
  }

  async end(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

const debian = (): string => supervisorctl;

/** Every client in front of every server. */
const PAIRS = [
  ['supervisorctl in front of supervisord', debian, SUPERVISORD],
  ['supervisorctl in front of tsupervisor', debian, TSUPERVISOR],
  ['tsupervisor ctl in front of supervisord', linked, SUPERVISORD],
  ['tsupervisor ctl in front of tsupervisor', linked, TSUPERVISOR],
] as const;

for (const [pair, clientOf, kind] of PAIRS) {
  test(`${pair}: tail -f shows what is there and what comes, until Ctrl-C`, async () => {
    await using server = await Server.start(kind);
    using tail = new Going(clientOf(server), ['-c', server.config, 'tail', '-f', 'talker', 'stderr']);

    await tail.shows('to stderr\n');
    appendFileSync(server.scratch.path('talker.err'), 'more é\n');
    await tail.shows('more é\n');

    equal(await tail.interrupt(), 0);
    equal(tail.lines.text, '==> Press Ctrl-C to exit <==\nto stderr\nmore é\n\n');
    equal(tail.errors.text, '');
  });

  test(`${pair}: maintail -f shows what comes, until the server ends`, async () => {
    await using server = await Server.start(kind);
    using tail = new Going(clientOf(server), ['-c', server.config, 'maintail', '-f']);

    await tail.lines.line(/INFO exited: once \(exit status 0; expected\)$/);
    await run(supervisorctl, ['-c', server.config, 'start', 'spare']);
    await tail.lines.line(/INFO spawned: 'spare' with pid \d+$/);
    await run(supervisorctl, ['-c', server.config, 'shutdown']);

    equal(await tail.end(), 0);
    match(tail.lines.text, /^==> Press Ctrl-C to exit <==\n/);
    equal(tail.errors.text, '');
  });

  test(`${pair}: fg passes lines to a process, and what it writes back`, async () => {
    await using server = await Server.start(kind);
    using fg = new Going(clientOf(server), ['-c', server.config, 'fg', 'cat']);

    await fg.shows('==> Press Ctrl-C to exit <==\n');
    fg.type('hello\n');
    await fg.shows('hello\n');
    fg.type('wörld\n');
    await fg.shows('wörld\n');
    await run(supervisorctl, ['-c', server.config, 'stop', 'cat']);
    fg.type('nobody hears this\n');

    await fg.shows('Exiting foreground\n');
    deepEqual(fg.lines.all, [
      '==> Press Ctrl-C to exit <==',
      'hello',
      'wörld',
      'Process got killed',
      'Exiting foreground',
    ]);
  });
}

/** A program whose output is streamed, as it is by default. */
const teller = (text: string): string =>
  `[program:teller]\ncommand=/bin/sh -c "echo ${text}; exec sleep 1000"\nstartsecs=0\n`;

test('tail -f of a streamed program goes on after an update and a reload, until it is removed', async () => {
  await using server = await Server.start(TSUPERVISOR, teller('first'));
  const ctl = (...words: readonly string[]) => run(linked(server), ['-c', server.config, ...words]);
  using tail = new Going(linked(server), ['-c', server.config, 'tail', '-f', 'teller']);

  await tail.shows('first\n');
  server.configure(teller('second'));
  await ctl('update');
  await tail.shows('second\n');
  server.configure(teller('third'));
  await ctl('reload');
  await tail.shows('third\n');
  server.configure('');
  await ctl('update');

  equal(await tail.end(), 0);
  equal(tail.lines.text, '==> Press Ctrl-C to exit <==\nfirst\nsecond\nthird\n');
  equal(tail.errors.text, '');
});
