import { deepEqual, equal, match } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1, type Pid1Options } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { after, command, Rig } from './rig.ts';

const hash = (of: Uint8Array): string => createHash('sha256').update(of).digest('hex');
const shell = (script: string, options: Pid1Options = {}): Pid1 =>
  command(['/bin/sh', '-c', script], options);

for (const code of [0, 1, 2, 77, 127, 255]) {
  test(`a command that exits with ${code} makes us exit with ${code}, without a word of ours`, async () => {
    await using init = shell(`echo out; echo err >&2; exit ${code}`);

    deepEqual(await init.exit(), { code, signal: undefined });
    deepEqual([init.stdout.text, init.stderr.text], ['out\n', 'err\n']);
  });
}

for (const [signal, code] of [
  ['HUP', 129],
  ['ABRT', 134],
  ['KILL', 137],
  ['SEGV', 139],
  ['TERM', 143],
] as const) {
  test(`a command that SIG${signal} ends makes us exit with ${code}`, async () => {
    await using init = shell(`ulimit -c 0; kill -${signal} $$`);

    deepEqual(await init.exit(), { code, signal: undefined });
  });
}

test('a command that is not there gives 127, one that cannot be executed 126, each with its reason', async () => {
  await using rig = await Rig.open();
  const plain = rig.scratch.write('plain', '#!/bin/sh\n', 0o644);
  const script = rig.scratch.write('script', '#!/nonexistent/interpreter\n', 0o755);

  for (const [word, code, reason] of [
    ['/nonexistent/command', 127, /\/nonexistent\/command: .*no such file/],
    ['no-such-command-anywhere', 127, /no-such-command-anywhere: .*PATH/],
    ['', 127, /empty/],
    ['/tmp', 126, /is a directory/],
    [plain, 126, /is not executable/],
    [script, 127, /ENOENT/],
  ] as const) {
    await using init = command([word]);
    deepEqual([word, (await init.exit()).code], [word, code]);
    match(init.stderr.text, reason);
    equal(init.stdout.text, '');
  }
});

test('arguments and variables that are not UTF-8 reach the command byte for byte', async () => {
  const script = String.raw`exec "$TSUPERVISOR" -- sh -c 'printf %s "$1-$ODD"' sh "$(printf 'a\377\303\251b')"`;
  const odd = String.raw`ODD=$(printf 'x\351') && export ODD && `;
  await using init = new Pid1(['/bin/sh', '-c', odd + script], { env: { TSUPERVISOR: tsupervisor } });

  equal((await init.exit()).code, 0);
  deepEqual(init.stdout.bytes, Buffer.from('61ffc3a9622d78e9', 'hex'));
});

test('a script without #! is run by the shell', async () => {
  await using rig = await Rig.open();
  const script = rig.scratch.write('script', 'echo "$1 and $2"; exit 4\n', 0o755);

  await using init = command([script, 'one word', 'two']);

  equal((await init.exit()).code, 4);
  equal(init.stdout.text, 'one word and two\n');
});

test('the command is searched for in PATH, and its arguments stay as they are', async () => {
  await using rig = await Rig.open();
  rig.scratch.write('bin/show', '#!/bin/sh\nprintf "<%s>" "$0" "$@"\n', 0o755);

  await using init = command(['show', '-c', 'a b', '', '%(x)s', '--', '$HOME'], {
    env: { PATH: `${rig.scratch.path('bin')}:/bin:/usr/bin` },
  });
  await init.exit();

  equal(init.stdout.text, `<${rig.scratch.path('bin/show')}><-c><a b><><%(x)s><--><$HOME>`);
});

test('argv[0] is the word that was given', async () => {
  await using init = command(['sh', '-c', 'tr "\\0" " " < /proc/$$/cmdline | cut -d" " -f1']);
  await init.exit();

  equal(init.stdout.text, 'sh\n');
});

test('standard input and output pass straight through, as bytes', async () => {
  const bytes = randomBytes(3_000_000);

  await using init = command(['/bin/cat'], { stdin: 'pipe' });
  init.stdin.end(bytes);
  equal((await init.exit()).code, 0);

  equal(hash(init.stdout.bytes), hash(bytes));
});

test('the streams of the command are ours, not pipes in between', async () => {
  await using rig = await Rig.open();
  const file = rig.scratch.write('out.txt', '');

  await using init = new Pid1(
    after(`exec 1>>${file}`, [tsupervisor, '--', '/bin/readlink', '/proc/self/fd/1']),
  );
  await init.exit();

  equal(rig.scratch.read('out.txt').trim(), file);
});

test('the command has the three standard descriptors and those that we were given', async () => {
  await using init = command(['/bin/ls', '/proc/self/fd']);
  await init.exit();

  // 3 is the folder that ls reads.
  deepEqual(init.stdout.all, ['0', '1', '2', '3']);
});

test('the command begins with no signal blocked, ignored or caught', async () => {
  await using init = command(['/bin/cat', '/proc/self/status']);
  await init.exit();

  deepEqual(
    init.stdout.all.filter((line) => /^Sig(Blk|Ign|Cgt)/.test(line)).map((line) => line.replace(/\s+/, ' ')),
    ['SigBlk: 0000000000000000', 'SigIgn: 0000000000000000', 'SigCgt: 0000000000000000'],
  );
});

test('the environment of the command is what we were given, and nothing else', async () => {
  const given = { A: '1', NODE_OPTIONS: '--max-old-space-size=77', EMPTY: '', PATH: '/bin:/usr/bin' };

  await using init = new Pid1([
    '/usr/bin/env',
    '-i',
    ...Object.entries(given).map((pair) => pair.join('=')),
    tsupervisor,
    '--',
    '/usr/bin/env',
  ]);
  await init.exit();

  deepEqual(
    init.stdout.all.toSorted(),
    Object.entries(given)
      .map((pair) => pair.join('='))
      .toSorted(),
  );
});

test('the folder and the umask of the command are ours', async () => {
  await using rig = await Rig.open();

  await using init = new Pid1(after('umask 027', [tsupervisor, '--', '/bin/sh', '-c', 'pwd; umask']), {
    cwd: rig.scratch.folder,
  });
  await init.exit();

  deepEqual(init.stdout.all, [rig.scratch.folder, '0027']);
});

test('we end when the command ends, even though orphans live', async () => {
  await using rig = await Rig.open();

  await using init = command(rig.stage.argv('main'));
  const main = await rig.stage.next('main');
  await main.orphan(0, { keepsOutput: true });
  await main.fork();
  await main.exit(12);

  equal((await init.exit()).code, 12);
});

test('orphans are reaped while the command runs, without a word', async () => {
  await using rig = await Rig.open();

  await using init = command(rig.stage.argv('main'));
  const main = await rig.stage.next('main');
  const orphans = new Set([await main.orphan(1), await main.orphan(2), await main.orphan(3)]);
  await main.releaseOrphans();
  await waitFor('the end of all orphans', async () =>
    (await init.processes()).every(({ pid }) => !orphans.has(pid)),
  );
  await main.exit(0);

  equal((await init.exit()).code, 0);
  equal(init.stderr.text, '');
});

test('it runs as any user, with a read-only file system', async () => {
  const lock = 'mount --make-rprivate /; mount -o remount,bind,ro /; mount -o remount,ro /run';
  const run = [
    'setpriv',
    '--reuid',
    '1000660000',
    '--regid',
    '0',
    '--clear-groups',
    tsupervisor,
    '--',
    '/usr/bin/id',
    '-u',
  ];

  await using init = new Pid1(after(lock, run), { cwd: '/' });

  deepEqual([(await init.exit()).code, init.stdout.text], [0, '1000660000\n']);
});

test('few descriptors and few processes are enough for it', async () => {
  const limited = [
    '/bin/bash',
    '-c',
    'ulimit -n 64; ulimit -u 40; exec "$@"',
    'bash',
    tsupervisor,
    '--',
    '/bin/echo',
    'ok',
  ];

  await using init = new Pid1(['setpriv', '--reuid=4321', '--regid=4321', '--clear-groups', ...limited]);

  deepEqual([(await init.exit()).code, init.stdout.text, init.stderr.text], [0, 'ok\n', '']);
});
