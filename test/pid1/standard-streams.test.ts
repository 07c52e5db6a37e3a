/** What happens to the open files that stdout and stderr are: others have them, before, beside and after us. */
import { deepEqual, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root, tsupervisor } from '../support/paths.ts';
import { Scratch } from '../support/scratch.ts';

interface Stream {
  readonly text: string;
  readonly isBlocking: boolean;
}

interface Outcome {
  readonly code: number;
  readonly out: Stream;
  readonly err: Stream;
}

/** The pipes take one page at a time: a long text does not fit. */
async function run(mode: 'blocking' | 'nonblocking' | 'unread', argv: readonly string[]): Promise<Outcome> {
  const words = [`${root}/test/pid1/streams.py`, mode, tsupervisor, ...argv];
  const { stdout } = await promisify(execFile)('python3', words, { maxBuffer: 2 ** 26, timeout: 60_000 });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what streams.py prints
  return JSON.parse(stdout) as Outcome;
}

const mistakeCount = 300;

function brokenConfig(scratch: Scratch): string {
  const programs = Array.from(
    { length: mistakeCount },
    (_one, at) => `[program:p${at}]\ncommand=/bin/true\nstartsecs=soon\n`,
  );
  return scratch.write('broken.conf', `[supervisord]\n${programs.join('')}`);
}

const programsConfig = (scratch: Scratch): string =>
  scratch.write(
    'programs.conf',
    `[supervisord]
[unix_http_server]
file=${scratch.path('control.sock')}
[program:a]
command=/bin/echo a
startsecs=0
autorestart=false
`,
  );

const countOf = (text: string, word: string): number => text.split(word).length - 1;

test('a long answer is whole, though whoever started us has made the pipe non-blocking', async () => {
  for (const mode of ['blocking', 'nonblocking'] as const) {
    const { code, out, err } = await run(mode, ['check', '--schema']);

    deepEqual([code, err.text], [0, '']);
    ok(JSON.parse(out.text));
  }
});

test('a configuration with many mistakes is refused with all of them, by check and at the start', async () => {
  await using scratch = new Scratch();
  const config = brokenConfig(scratch);
  for (const mode of ['blocking', 'nonblocking'] as const) {
    const checked = await run(mode, ['check', '-c', config]);
    const started = await run(mode, ['-c', config]);

    deepEqual([checked.code, started.code], [2, 2]);
    deepEqual(
      [checked.out, started.err].map(({ text }) => countOf(text, 'cannot use startsecs = soon')),
      [mistakeCount, mistakeCount],
    );
    match(started.err.text, /For help, use .* -h\n$/);
  }
});

test('no command makes the pipes non-blocking for the others that have them', async () => {
  await using scratch = new Scratch();
  const config = programsConfig(scratch);
  const absent = `unix://${scratch.path('absent.sock')}`;
  const commands = [
    ['version'],
    ['--help'],
    ['sample'],
    ['check', '-c', config],
    ['ctl', 'help'],
    ['ctl', '-h'],
    ['ctl', '-s', absent, 'status'],
    ['ctl', '--no-such-option'],
    ['-c', config],
    ['-c', config, '--', '/bin/echo', 'main'],
    ['--', '/bin/echo', 'main'],
  ];
  for (const argv of commands) {
    const { out, err } = await run('blocking', argv);
    deepEqual([argv, out.isBlocking, err.isBlocking], [argv, true, true]);
    ok(`${out.text}${err.text}`.length > 0);
  }
});

test('a pipe that was non-blocking before the client stays so', async () => {
  const { code, out } = await run('nonblocking', ['ctl', 'help']);

  deepEqual([code, out.isBlocking], [0, false]);
});

test('nothing is said about a reader that has gone', async () => {
  for (const argv of [
    ['version'],
    ['--help'],
    ['sample'],
    ['check', '--schema'],
    ['ctl', 'help'],
    ['ctl', '-h'],
  ]) {
    const { code, err } = await run('unread', argv);
    deepEqual([argv, code, err.text], [argv, 0, '']);
  }
});

test('a main command beside programs writes a long text to the pipes that we have, too', async () => {
  await using scratch = new Scratch();
  const long = scratch.write('long.sh', 'head -c 1000000 /dev/zero | tr "\\0" "#" >&2\n');
  const wait = `while ! "${tsupervisor}" ctl -s unix://${scratch.path('control.sock')} status a | grep -q EXITED; do sleep 0.1; done`;

  const main = ['/bin/sh', '-c', `${wait}; . ${long}`];

  const { code, err } = await run('blocking', ['-c', programsConfig(scratch), '--', ...main]);

  deepEqual([code, countOf(err.text, '#')], [0, 1_000_000]);
});
