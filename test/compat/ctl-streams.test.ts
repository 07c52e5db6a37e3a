import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sleeps } from '../support/proc.ts';
import { HOLDER, PROGRAMS, run, Supervisord, tsupervisorctl, until } from './ctl-rig.ts';

const root = join(import.meta.dirname, '../..');
const ours = [join(root, 'scripts/node'), join(import.meta.dirname, 'ctl-main.ts')];
/** Few programs start fast. */
const TALKERS = PROGRAMS.slice(0, PROGRAMS.indexOf('[program:once]'));

const real = ['/usr/bin/supervisorctl'];

/** A client that runs until it is told to stop. */
class Running implements Disposable {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #closed: Promise<unknown>;

  constructor([program = '', ...first]: readonly string[], argv: readonly string[]) {
    this.child = spawn(program, [...first, ...argv], { stdio: 'pipe', cwd: '/' });
    this.#closed = once(this.child, 'close');
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  async shows(text: string): Promise<void> {
    await until(() => this.stdout.includes(text)).catch((error: unknown) => {
      throw new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(this.stdout + this.stderr)}`, {
        cause: error,
      });
    });
  }

  /** Ctrl-C, while it waits: Debian's client calls it a lost connection when it comes amid the work on what was sent. */
  async interrupt(): Promise<number | null> {
    await sleeps(this.child.pid ?? 0);
    this.child.kill('SIGINT');
    return this.end();
  }

  async end(): Promise<number | null> {
    await this.#closed;
    return this.child.exitCode;
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL');
  }
}

for (const client of [real, ours])
  test(`${client === real ? 'supervisorctl' : 'tsupervisor ctl'} tail -f shows what is there and what comes, until Ctrl-C`, async () => {
    await using supervisord = await Supervisord.start(TALKERS);
    using tail = new Running(client, ['-s', supervisord.serverurl, 'tail', '-f', 'talker']);

    await tail.shows('to stdout\n');
    appendFileSync(supervisord.file('talker.log'), 'more \u00e9\n');
    await tail.shows('more \u00e9\n');
    const code = await tail.interrupt();

    assert.equal(tail.stdout, '==> Press Ctrl-C to exit <==\nto stdout\nmore \u00e9\n\n');
    assert.equal(tail.stderr, '');
    assert.equal(code, 0);
  });

for (const client of [real, ours])
  test(`${client === real ? 'supervisorctl' : 'tsupervisor ctl'} maintail -f ends when the server ends`, async () => {
    await using supervisord = await Supervisord.start('');
    using tail = new Running(client, ['-s', supervisord.serverurl, 'maintail', '-f']);
    await tail.shows('supervisord started');

    await run('/usr/bin/supervisorctl', ['-s', supervisord.serverurl, 'shutdown']);

    assert.equal(await tail.end(), 0);
    assert.equal(tail.stderr, '');
  });

test('fg passes lines to a process and its logs back, in both clients', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  using theirs = new Running(real, ['-s', supervisord.serverurl, 'fg', 'cat']);
  using fg = new Running(ours, ['-s', supervisord.serverurl, 'fg', 'cat']);
  await Promise.all([theirs, fg].map((client) => client.shows('==> Press Ctrl-C to exit <==\n')));

  fg.type('hello\n');
  await Promise.all([theirs, fg].map((client) => client.shows('hello\n')));
  theirs.type('world\n');
  await Promise.all([theirs, fg].map((client) => client.shows('world\n')));
  const code = await fg.interrupt();

  // supervisorctl itself waits for its threads for half a minute after Ctrl-C.
  assert.equal(fg.stdout, `${theirs.stdout}Exiting foreground\n`);
  assert.equal(fg.stdout, '==> Press Ctrl-C to exit <==\nhello\nworld\nExiting foreground\n');
  assert.equal(code, 0);
});

test('fg says that the process has gone, at the next line', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  using fg = new Running(ours, ['-s', supervisord.serverurl, 'fg', 'cat']);
  await fg.shows('==> Press Ctrl-C to exit <==\n');
  await tsupervisorctl(['-s', supervisord.serverurl, 'stop', 'cat']);

  fg.type('hello\n');

  assert.equal(await fg.end(), 0);
  assert.match(fg.stdout, /Process got killed\nExiting foreground\n$/);
});

test('tail -f of several processes shows whole lines behind their names', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  using tail = new Running(ours, ['-s', supervisord.serverurl, 'tail', '-f', 'talker', 'cat']);
  await tail.shows('talker | to stdout\n');

  appendFileSync(supervisord.file('cat.log'), 'unfinished ');
  appendFileSync(supervisord.file('talker.log'), 'second\n');
  await tail.shows('talker | second\n');
  appendFileSync(supervisord.file('cat.log'), 'line\n');
  await tail.shows('cat    | unfinished line\n');

  assert.equal(await tail.interrupt(), 0);
});

test('tail -f of a group follows its processes, and says what has no log', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  using tail = new Running(ours, ['-s', supervisord.serverurl, 'tail', '-f', 'm:*']);

  const code = await tail.end();

  assert.equal(code, 0);
  assert.match(tail.stderr, /\/logtail\/m:m_0\/stdout Cannot read, status code 404\n/);
});

test('a stream ends quietly when its reader has gone', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  const command = `${ours.join(' ')} -s ${supervisord.serverurl} tail -f talker | head -n 2`;
  appendFileSync(supervisord.file('talker.log'), 'x\n');
  let isOver = false;
  const piped = run('/bin/sh', ['-c', command]).finally(() => (isOver = true));

  await until(() => {
    appendFileSync(supervisord.file('talker.log'), 'more\n');
    return isOver;
  });

  assert.deepEqual(await piped, { stdout: '==> Press Ctrl-C to exit <==\nto stdout\n', stderr: '', code: 0 });
});

test('status --watch prints a line for each change, until the server ends', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  using watch = new Running(ours, ['-s', supervisord.serverurl, 'status', '--watch', 'cat', 'm:m_0']);
  await watch.shows('m:m_0                            RUNNING');
  await watch.shows('cat                              RUNNING');

  await tsupervisorctl(['-s', supervisord.serverurl, 'stop', 'cat']);
  await watch.shows('cat                              STOPPED');
  await tsupervisorctl(['-s', supervisord.serverurl, 'shutdown']);

  assert.notEqual(await watch.end(), 0);
  assert.match(watch.stdout, /(?:refused connection|no such file|error: [^\n]*)\n$/);
});

/** The client on a terminal, made by script(1). */
class OnTerminal extends Running {
  constructor(argv: readonly string[]) {
    // Without exec a shell that forks would add its own end by Ctrl-C (130) to the client's.
    super(['/usr/bin/script'], ['-qfec', ['exec', ...ours, ...argv].join(' '), '/dev/null']);
  }
}

test('the shell on a terminal completes, edits, asks, and keeps its history', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  const history = supervisord.file('history');
  using shell = new OnTerminal(['-s', supervisord.serverurl, '-r', history]);
  await shell.shows('supervisor> ');

  shell.type('pid talk\t');
  await shell.shows('pid talker ');
  shell.type('\r');
  await until(() => /\n\d+\r\n/.test(shell.stdout));
  shell.type('reload\r');
  await shell.shows('Really restart the remote supervisord process y/N? ');
  shell.type('n\r');
  shell.type('tail -f talker\r');
  await shell.shows('to stdout');
  shell.type('\u0003');
  shell.type('version\rhelp pid\r');
  await until(() => /\n4\.\d\.\d/.test(shell.stdout));
  await shell.shows('Get the PID of supervisord.');
  shell.type('\u0004');

  assert.equal(await shell.end(), 0);
  assert.ok(shell.stdout.includes('\u001b[32mRUNNING   \u001b[39m'));
  await until(() => existsSync(history));
  assert.match(
    readFileSync(history, 'utf8'),
    /^pid talker \nreload\n(?:n\n)?tail -f talker\nversion\nhelp pid\n$/,
  );
});

test('the shell asks for a password that it does not show', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  using shell = new OnTerminal(['-s', `http://127.0.0.1:${supervisord.port}`]);

  await shell.shows('Server requires authentication\r\n');
  await shell.shows('Username:');
  shell.type('user\r');
  await shell.shows('Password:');
  shell.type('pass:word\r');
  await shell.shows('supervisor> ');
  shell.type('exit\r');

  assert.equal(await shell.end(), 0);
  assert.match(shell.stdout, /cat {30}/);
  assert.doesNotMatch(shell.stdout, /pass:word/);
});

test('Ctrl-C during a command ends the shell', async () => {
  await using supervisord = await Supervisord.start(HOLDER);
  using shell = new OnTerminal(['-s', supervisord.serverurl]);
  await shell.shows('supervisor> ');

  shell.type('stop holder\r');
  await until(() => supervisord.hasStates(({ statename }) => statename === 'STOPPING'));
  shell.type('\u0003');

  assert.equal(await shell.end(), 0);
  assert.doesNotMatch(shell.stdout, /error:/);
});

test('Ctrl-C at the prompt ends the shell', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  using shell = new OnTerminal(['-s', supervisord.serverurl]);
  await shell.shows('supervisor> ');

  shell.type('\u0003');

  assert.equal(await shell.end(), 0);
});

test('status --watch redraws a terminal, until Ctrl-C', async () => {
  await using supervisord = await Supervisord.start(TALKERS);
  using watch = new OnTerminal(['-s', supervisord.serverurl, 'status', '--watch']);
  await until(() => watch.stdout.split('\u001b[2J').length > 2);

  watch.type('\u0003');

  assert.equal(await watch.end(), 0);
});

test('on a terminal the line about a missing server says what to do', async () => {
  using status = new OnTerminal(['-s', 'unix:///nonexistent', 'version']);

  assert.equal(await status.end(), 7);
  assert.match(
    status.stdout,
    /^unix:\/\/\/nonexistent no such file \(there is no socket at unix:\/\/\/nonexistent: start/,
  );
});
