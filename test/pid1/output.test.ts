import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, after, asUser, outputOf, program, Rig, settings, stop, objectIn } from './rig.ts';

const isMine = (name: string): boolean => name.includes('---mine-');
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

test('an unfinished line is held until its newline comes', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('a'), rig.puppet('b')]);
  const [a, b] = [await rig.stage.next('a'), await rig.stage.next('b')];
  await a.write(1, 'half');
  await b.write(1, 'whole\n');
  await init.line(/b \| whole/);
  const before = init.stdout.text;
  await a.write(1, ' and half\n');
  await init.line(/a \| /);

  equal(before, 'b | whole\n');
  equal(init.stdout.text, 'b | whole\na | half and half\n');
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

test('a log file is appended to, created by umask 022, and its streams are kept apart', async () => {
  await using rig = await Rig.open();
  rig.scratch.write('web.out', 'earlier\n');

  await using init = rig.supervise([
    program('web', {
      command: rig.sh('echo out; echo err >&2'),
      stdout_logfile: rig.scratch.path('web.out'),
      stderr_logfile: rig.scratch.path('web.err'),
      ...once,
    }),
  ]);
  await init.exit();

  deepEqual([rig.scratch.read('web.out'), rig.scratch.read('web.err')], ['earlier\nout\n', 'err\n']);
  equal(statSync(rig.scratch.path('web.err')).mode & 0o777, 0o644);
  equal(init.stdout.text, '');
});

test('a log file is rotated: .1 is the newest, backups bounds their number, nothing is lost in between', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('web', {
      stdout_logfile: rig.scratch.path('web.log'),
      stdout_logfile_maxbytes: '1KB',
      stdout_logfile_backups: 3,
    }),
  ]);
  const web = await rig.stage.next('web');
  for (const letter of ['a', 'b', 'c', 'd', 'e']) {
    await web.write(1, `${letter.repeat(1100)}\n`);
    await waitFor(
      `the rotation of ${letter}`,
      () => existsSync(rig.scratch.path('web.log.1')) && rig.scratch.read('web.log.1').startsWith(letter),
    );
  }
  await web.write(1, 'f\n');
  await waitFor('the rest', () => rig.scratch.read('web.log') === 'f\n');

  const firsts = ['.1', '.2', '.3'].map((suffix) => rig.scratch.read(`web.log${suffix}`).trimEnd());
  deepEqual(firsts, ['e'.repeat(1100), 'd'.repeat(1100), 'c'.repeat(1100)]);
  equal(existsSync(rig.scratch.path('web.log.4')), false);

  equal(await stop(init), 0);
});

test('backups=0 empties the file instead', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('web', {
      stdout_logfile: rig.scratch.path('web.log'),
      stdout_logfile_maxbytes: '1KB',
      stdout_logfile_backups: 0,
    }),
  ]);
  const web = await rig.stage.next('web');
  await web.write(1, 'small\n');
  await waitFor(
    'the first line',
    () => existsSync(rig.scratch.path('web.log')) && rig.scratch.read('web.log') === 'small\n',
  );
  await web.write(1, `${'a'.repeat(2000)}\n`);
  await waitFor(
    'an empty file',
    () => existsSync(rig.scratch.path('web.log')) && rig.scratch.read('web.log') === '',
  );
  await web.write(1, 'b\n');
  await waitFor('the rest', () => rig.scratch.read('web.log') === 'b\n');

  deepEqual(
    readdirSync(rig.scratch.folder).filter((name) => name.startsWith('web.log')),
    ['web.log'],
  );

  equal(await stop(init), 0);
});

test('NONE discards, and the program does not notice', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('web', { stdout_logfile: 'NONE', stderr_logfile: '/dev/null' }),
    rig.puppet('other'),
  ]);
  const web = await rig.stage.next('web');
  await web.flood(1, 300_000);
  await web.flood(2, 300_000);
  await (await rig.stage.next('other')).write(1, 'x\n');
  await init.line(/other \| x/);

  equal(init.stdout.text, 'other | x\n');
  ok(!init.stderr.text.includes('xxx'));
});

test('AUTO makes files for our eyes in childlogdir, and the next start removes them', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('auto'));
  rig.scratch.write('auto/web-stdout---other-abcdefgh.log', 'of another identifier');
  const childlogdir = rig.scratch.path('auto');
  const sections = [
    settings({ childlogdir, identifier: 'mine' }),
    rig.puppet('web', { stdout_logfile: 'AUTO', stderr_logfile: 'AUTO' }),
  ];

  await using first = rig.supervise(sections);
  const web = await rig.stage.next('web');
  await web.write(1, 'out\n');
  await web.write(2, 'err\n');
  const mine = await waitFor('both files', () => {
    const names = readdirSync(childlogdir).filter(isMine).toSorted();
    return names.length === 2 && names.every((name) => rig.scratch.read(`auto/${name}`) !== '') && names;
  });
  match(mine[0] ?? '', /^web-stderr---mine-\w{8}\.log$/);
  match(mine[1] ?? '', /^web-stdout---mine-\w{8}\.log$/);
  deepEqual(
    mine.map((name) => [
      rig.scratch.read(`auto/${name}`),
      statSync(rig.scratch.path(`auto/${name}`)).mode & 0o777,
    ]),
    [
      ['err\n', 0o600],
      ['out\n', 0o600],
    ],
  );
  await stop(first);

  await using second = rig.supervise(sections);
  await rig.stage.next('web');
  await stop(second);

  const now = readdirSync(childlogdir);
  ok(mine.every((name) => !now.includes(name)));
  equal(now.filter(isMine).length, 2);
  ok(now.includes('web-stdout---other-abcdefgh.log'));
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

test('the last output of a program that crashes is not lost', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.sh('seq 1 20000; printf last; kill -SEGV $$'),
      critical: true,
      ...once,
    }),
  ]);
  equal((await init.exit()).code, 139);

  const lines = outputOf(init, 'web');
  equal(lines.length, 20_001);
  equal(lines.at(-1), 'last');
});

test('the last output of a program that is stopped or killed at shutdown is not lost', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('soft', {
      command: rig.sh('trap "seq 1 20000; exit 0" TERM; echo up; while :; do sleep 0.01; done'),
    }),
    program('hard', {
      command: rig.sh('trap "seq 1 20000; echo last" TERM; echo up; while :; do sleep 0.01; done'),
      stopwaitsecs: 1,
    }),
  ]);
  await init.stdout.matching(/\| up/, 2);

  equal(await stop(init), 0);
  equal(outputOf(init, 'soft').length, 20_001);
  equal(outputOf(init, 'hard').length, 20_002);
  ok(activityOf(init).includes("WARN killing 'hard' (N) with SIGKILL"));
});

test('a grandchild that keeps the pipe does not delay a restart, and its own output is not lost', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.sh(`if [ -e ${rig.scratch.path('second')} ]; then echo second; exec sleep 1000; fi
touch ${rig.scratch.path('second')}
( while ! [ -e ${rig.scratch.path('go')} ]; do sleep 0.05; done; echo from the grandchild; echo bye ) &
echo first; exit 1`),
      startsecs: 0,
    }),
  ]);
  await init.line(/web \| second/);
  const before = outputOf(init, 'web');
  rig.scratch.write('go', '');
  await init.line(/web \| bye/);

  deepEqual(before, ['first', 'second']);
  deepEqual(outputOf(init, 'web'), ['first', 'second', 'from the grandchild', 'bye']);
});

test('a grandchild that keeps the pipe does not hold up the end', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('setsid sleep 1000 & echo done; exit 4'), critical: true, ...once }),
  ]);

  equal((await init.exit()).code, 4);
  deepEqual(outputOf(init, 'web'), ['done']);
});

for (const [what, shell] of [
  ['pipes', 'exec "$@" | cat'],
  ['pipes of another user', 'setpriv --reuid=1000 --regid=1000 --clear-groups "$@" | cat'],
  ['one pipe for both streams', '"$@" 2>&1 | { sleep 0.3; cat; }'],
  ['a file', 'f=$(mktemp); "$@" > $f; cat $f'],
  ['a socket', 'exec "$@"'],
] as const) {
  test(`onto ${what} every line comes whole and in order, from several programs at once`, async () => {
    await using rig = await Rig.open();
    const counting = (name: string, where: string): string =>
      program(name, { command: rig.sh(`exec seq -f ${name}%012.0f 1 60000 ${where}`), ...once });
    const config = rig.config([counting('a', ''), counting('b', ''), counting('e', '>&2')]);

    await using init = new Pid1(['/bin/sh', '-c', shell, 'sh', tsupervisor, '-s', '-c', config]);
    await init.exit();

    for (const name of ['a', 'b', 'e']) {
      const lines = init.lines.filter((line) => line.startsWith(`${name} | `)).map((line) => line.slice(4));
      equal(lines.length, 60_000);
      ok(lines.every((line, index) => line === `${name}${String(index + 1).padStart(12, '0')}`));
    }
  });
}

test('a reader that stalls and goes on has lost nothing, and memory stays bounded', async () => {
  await using rig = await Rig.open();
  const size = 40_000_000;
  const config = rig.config([rig.puppet('web', { output_format: 'raw', autorestart: false })]);
  const go = rig.scratch.path('go');
  const reader = `while ! [ -e ${go} ]; do sleep 0.05; done; exec wc -c`;

  // The shell is PID 1 here; tsupervisor writes into a pipe whose reader does not read yet.
  await using init = new Pid1(['/bin/sh', '-c', `${tsupervisor} -c ${config} | { ${reader}; }`]);
  const web = await rig.stage.next('web');
  const flood = web.flood(1, size);
  const own = await waitFor('tsupervisor', async () =>
    (await init.processes()).find(({ command }) => command.startsWith(tsupervisor)),
  );
  const status = await init.path(`/proc/${own.pid}/status`);
  const rssKb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]);
  const syscall = await init.path(`/proc/${web.pid}/wchan`);
  await waitFor('the program to block', () => readFileSync(syscall, 'utf8').includes('pipe_write'));
  const stalledKb = rssKb();
  rig.scratch.write('go', '');
  await flood;
  await web.exit(0);
  await init.exit();

  equal(init.stdout.text.trim(), String(size));
  ok(stalledKb < 150_000, `resident: ${stalledKb} KB`);
});

test('programs live on when the reader of standard output has gone, and that is told once', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('web', { output_format: 'raw' })]);

  await using init = new Pid1(['/bin/sh', '-c', `${tsupervisor} -c ${config} | head -1`]);
  const web = await rig.stage.next('web');
  await web.write(1, 'first\n');
  await init.line(/first/);
  await waitFor('the end of head', async () =>
    (await init.processes()).every(({ comm, state }) => comm !== 'head' || state === 'Z'),
  );
  for (let count = 0; count < 50; count++) await web.write(1, `${'x'.repeat(1000)}\n`);
  await init.stderr.line(/cannot write stdout: EPIPE/);
  await web.write(1, 'still here\n');
  await web.write(2, 'marker\n');
  await init.stderr.line(/marker/);

  equal(rig.stage.starts('web'), 1);
  equal(init.stderr.all.filter((line) => line.includes('EPIPE')).length, 1);
});

test('a full disk is told once, programs live on, and logging resumes when there is room', async () => {
  await using rig = await Rig.open();
  const folder = rig.scratch.path('disk');
  mkdirSync(folder);
  const config = rig.config([
    rig.puppet('web', { stdout_logfile: `${folder}/web.log`, stdout_logfile_maxbytes: 0 }),
  ]);

  await using init = new Pid1(
    after(`mount -t tmpfs -o size=64k tmpfs ${folder}`, [tsupervisor, '-c', config]),
  );
  const web = await rig.stage.next('web');
  await web.flood(1, 200_000);
  await init.stderr.line(/cannot write .*web\.log: ENOSPC/);
  await web.flood(1, 200_000);
  await web.write(2, 'marker\n');
  await init.stderr.line(/marker/);
  equal(init.stderr.all.filter((line) => line.includes('ENOSPC')).length, 1);

  await init.run(['/bin/sh', '-c', `: > ${folder}/web.log`]);
  const log = await init.path(`${folder}/web.log`);
  await waitFor('a line in the file', async () => {
    await web.write(1, 'resumed\n');
    return readFileSync(log, 'utf8').includes('resumed');
  });
  match(await init.stderr.line(/takes output again/), /web\.log takes output again; \d+ bytes were lost/);
  equal(rig.stage.starts('web'), 1);
});

test('a program that closes its output lives on', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  await web.write(1, 'before\n');
  await web.close(1);
  await web.close(2);
  await init.line(/before/);
  equal((await web.identity()).ppid, 1);

  equal(await stop(init), 0);
});
