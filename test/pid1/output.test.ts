import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { asUser, outputOf, program, Rig, settings, objectIn } from './rig.ts';

const once = { startsecs: 0, autorestart: false };
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('lines get the name of their process, padded to the longest, on the stream they came from', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('echo out; echo err >&2'), ...once }),
    program('a_longer_name', { command: rig.sh('printf "one\\n\\nthree\\n"'), ...once }),
  ]);
  await init.exit();

  deepEqual(init.stdout.all.toSorted(), [
    'a_longer_name | ',
    'a_longer_name | one',
    'a_longer_name | three',
    'web           | out',
  ]);
  deepEqual(
    init.stderr.all.filter((line) => line.includes(' | ')),
    ['web           | err'],
  );
});

test('prefixes have no colour where standard output is no terminal', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([program('web', { command: rig.sh('echo out'), ...once })]);
  await init.exit();

  ok(!init.stdout.text.includes('\u001B'));
});

test('prefixes are coloured on a terminal, and NO_COLOR is obeyed', async () => {
  await using rig = await Rig.open();
  const config = rig.config([program('web', { command: rig.sh('echo out'), ...once })]);
  const onTerminal = ['script', '-qec', `${tsupervisor} -c ${config}`, '/dev/null'];

  await using coloured = new Pid1(onTerminal);
  await coloured.exit();
  await using plain = new Pid1(onTerminal, { env: { NO_COLOR: '1' } });
  await plain.exit();

  match(coloured.stdout.text.replaceAll('\u001B', 'ESC'), /ESC\[\d+mweb \|ESC\[0m out/);
  match(plain.stdout.text, /^web \| out/m);
});

test('every byte value passes unharmed in the raw format and into a file', async () => {
  await using rig = await Rig.open();
  const bytes = Buffer.concat([
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    randomBytes(3_000_000),
  ]);
  const source = rig.scratch.write('source.bin', bytes);

  await using init = rig.supervise([
    program('raw', { command: `/bin/cat ${source}`, output_format: 'raw', ...once }),
    program('filed', {
      command: `/bin/cat ${source}`,
      stdout_logfile: rig.scratch.path('filed.log'),
      ...once,
    }),
  ]);
  equal((await init.exit()).code, 0);

  equal(hashOf(init.stdout.bytes), hashOf(bytes));
  equal(hashOf(readFileSync(rig.scratch.path('filed.log'))), hashOf(bytes));
});

test('/dev/stdout as a log file is raw', async () => {
  for (const logfile of ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']) {
    await using rig = await Rig.open();

    await using init = rig.supervise([
      program('web', {
        command: rig.sh('echo plain'),
        stdout_logfile: logfile,
        stdout_logfile_maxbytes: 0,
        ...once,
      }),
    ]);
    await init.exit();

    deepEqual([logfile, init.stdout.text], [logfile, 'plain\n']);
  }
});

test('/dev/stdout as a log file may keep its default maxbytes, and stderr may go there too', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.sh('echo out; echo err >&2'),
      stdout_logfile: '/dev/stdout',
      stderr_logfile: '/dev/stdout',
      ...once,
    }),
  ]);
  await init.exit();

  deepEqual(init.stdout.all.toSorted(), ['err', 'out']);
  ok(!init.stderr.text.includes('cannot'));
});

test('json makes one object of each line and keeps a line that is an object', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    settings({ output_format: 'json' }),
    program('web', {
      command: rig.sh(
        `echo 'say "hi"'; echo '{"level":"warn","n":1}'; echo '{broken'; printf 'b\\377d\\n'; echo oops >&2`,
      ),
      ...once,
    }),
  ]);
  await init.exit();

  const out = init.stdout.all.map((line) => objectIn(line));
  deepEqual(
    out.map(({ message }) => message),
    ['say "hi"', { level: 'warn', n: 1 }, '{broken', 'b\uFFFDd'],
  );
  ok(
    out.every(
      ({ program: name, process, stream, pid, time }) =>
        name === 'web' &&
        process === 'web' &&
        stream === 'stdout' &&
        pid === out[0]?.['pid'] &&
        typeof time === 'string',
    ),
  );
  const oops = init.stderr.all.find((line) => line.startsWith('{"time"')) ?? '';
  deepEqual(objectIn(oops)['message'], 'oops');
});

test('one program may have another format than the rest', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('a', { command: rig.sh('echo prefixed'), ...once }),
    program('b', { command: rig.sh('echo raw'), output_format: 'raw', ...once }),
    program('c', { command: rig.sh('echo json'), output_format: 'json', ...once }),
  ]);
  await init.exit();

  deepEqual(init.stdout.all.map((line) => line.replace(/^\{.*"message":/, '{')).toSorted(), [
    'a | prefixed',
    'raw',
    '{"json"}',
  ]);
});

/** Writes a line in two halves and another program's line between them: what is out before the second, what after. */
async function writeInHalves(): Promise<{ before: string; after: string; tookMs: number }> {
  await using rig = await Rig.open();
  await using init = rig.supervise([rig.puppet('a'), rig.puppet('b')]);
  const [a, b] = [await rig.stage.next('a'), await rig.stage.next('b')];
  const beganAt = performance.now();
  await a.write(1, 'half');
  await b.write(1, 'whole\n');
  await init.line(/b \| whole/);
  const before = init.stdout.text;
  await a.write(1, ' and half\n');
  await init.line(/a \| /);
  return { before, after: init.stdout.text, tookMs: performance.now() - beganAt };
}

test('an unfinished line is held until its newline comes', async () => {
  // It is held for a second only: a try that took longer shows nothing.
  const { before, after } = await waitFor('both halves within a second', async () => {
    const tried = await writeInHalves();
    return tried.tookMs < 900 && tried;
  });

  equal(before, 'b | whole\n');
  equal(after, 'b | whole\na | half and half\n');
});

test('an unfinished line is let go after a second, and what follows is a line of its own', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  await web.write(1, 'password: ');
  await init.line(/web \| password: $/);
  await web.write(1, 'given\n');
  await init.line(/web \| given$/);

  equal(init.stdout.text, 'web | password: \nweb | given\n');
});

test('an unfinished last line is written at the end of the stream', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([program('web', { command: rig.sh('printf "no newline"'), ...once })]);
  await init.exit();

  equal(init.stdout.text, 'web | no newline\n');
});

test('a line of more than 64 KB comes in pieces, and nothing of it is lost', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh("head -c 200000 /dev/zero | tr '\\0' x; echo; echo end"), ...once }),
  ]);
  await init.exit();

  const lines = outputOf(init, 'web');
  equal(lines.join(''), `${'x'.repeat(200_000)}end`);
  ok(lines.length >= 4 && lines.length <= 8, `${lines.length} lines`);
  ok(lines.every((line) => line.length <= 65_536));
});

test('lines of two programs are never mixed within a line', async () => {
  await using rig = await Rig.open();
  const flood = (letter: string): string =>
    rig.sh(
      `i=0; while [ $i -lt 2000 ]; do printf ${letter}${letter}; printf '${letter.repeat(60)}\\n'; i=$((i+1)); done`,
    );

  await using init = rig.supervise([
    program('a', { command: flood('a'), ...once }),
    program('b', { command: flood('b'), ...once }),
  ]);
  await init.exit();

  const odd = init.stdout.all.filter((line) => !/^(a \| a{62}|b \| b{62})$/.test(line));
  deepEqual(odd, []);
  equal(init.stdout.all.length, 4000);
});

test('strip_ansi removes colours, and without it they stay', async () => {
  for (const [stripAnsi, shown] of [
    [true, 'red done'],
    [false, '\u001B[31mred\u001B[0m done'],
  ] as const) {
    await using rig = await Rig.open();
    await using init = rig.supervise([
      settings({ strip_ansi: stripAnsi }),
      program('web', { command: rig.sh(`printf '\\033[31mred\\033[0m done\\n'`), ...once }),
    ]);
    await init.exit();
    deepEqual(outputOf(init, 'web'), [shown]);
  }
});

test('redirect_stderr sends both where standard output goes, in order', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('echo 1; echo 2 >&2; echo 3'), redirect_stderr: true, ...once }),
  ]);
  await init.exit();

  deepEqual(outputOf(init, 'web'), ['1', '2', '3']);
});

for (const [who, options] of [
  ['root', {}],
  ['another user', { user: 'www-data' }],
  ['a user with another group', { user: 'www-data:adm' }],
] as const) {
  test(`a program that runs as ${who} can open /dev/stdout and /dev/stderr itself`, async () => {
    await using rig = await Rig.open();

    await using init = rig.supervise([
      program('web', {
        command: rig.sh('echo out > /dev/stdout && echo err > /dev/stderr && echo fd > /proc/self/fd/1'),
        ...options,
        ...once,
      }),
    ]);
    equal((await init.exit()).code, 0);

    deepEqual(outputOf(init, 'web'), ['out', 'fd']);
    ok(init.stderr.all.includes('web | err'));
  });
}

test('a program of a tsupervisor that is not root can open /dev/stdout', async () => {
  await using rig = await Rig.open();
  const config = rig.config([program('web', { command: rig.sh('echo out > /dev/stdout'), ...once })]);

  await using init = new Pid1(asUser(1000, 1000, [tsupervisor, '-c', config]));
  equal((await init.exit()).code, 0);

  deepEqual(outputOf(init, 'web'), ['out']);
});
