import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1, type Pid1Options } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, after, program, Rig, settings, stop } from './rig.ts';

const command = (argv: readonly string[], options: Pid1Options = {}): Pid1 =>
  new Pid1([tsupervisor, '--', ...argv], options);
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

// Not those that say something about ourselves (PIPE, TTIN, TTOU, CHLD) or about a fault of ours (SEGV, SYS, …).
const forwarded = [
  ...([
    'SIGHUP',
    'SIGINT',
    'SIGQUIT',
    'SIGUSR1',
    'SIGUSR2',
    'SIGALRM',
    'SIGTERM',
    'SIGCONT',
    'SIGTSTP',
  ] as const),
  ...(['SIGURG', 'SIGXCPU', 'SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGPWR'] as const),
];

for (const signal of forwarded) {
  test(`${signal} reaches the command`, async () => {
    await using rig = await Rig.open();

    await using init = command(rig.stage.argv('main'));
    const main = await rig.stage.next('main');
    await main.report(signal);
    await init.signal(signal);

    equal(await main.signal(), signal);
  });
}

test('SIGSTKFLT and real-time signals, such as the RTMIN+3 that stops systemd, reach the command', async () => {
  for (const number of [16, 34, 37, 50, 64]) {
    await using init = command([
      '/usr/bin/python3',
      '-ISc',
      `import signal,sys; signal.signal(${number}, lambda *_: sys.exit(9)); print("up", flush=True); signal.pause()`,
    ]);
    await init.line(/up/);
    await init.run(['/bin/bash', '-c', `kill -${number} 1`]);
    deepEqual([number, (await init.exit()).code], [number, 9]);
  }
});

test('a command that handles SIGTERM decides the exit code; one that does not gives 143', async () => {
  await using rig = await Rig.open();

  for (const [handles, code] of [
    [true, 23],
    [false, 143],
  ] as const) {
    await using init = command(rig.stage.argv('main'));
    const main = await rig.stage.next('main');
    if (handles) await main.exitOn('SIGTERM', 23);
    equal(await stop(init), code);
  }
});

test('a command that ignores SIGTERM is left in peace', async () => {
  await using rig = await Rig.open();

  await using init = command(rig.stage.argv('main'));
  const main = await rig.stage.next('main');
  await main.report('SIGTERM');
  for (let count = 0; count < 3; count++) {
    await init.signal('SIGTERM');
    equal(await main.signal(), 'SIGTERM');
  }
  await main.exit(0);

  equal((await init.exit()).code, 0);
});

test('a stopped command goes on with SIGCONT', async () => {
  await using rig = await Rig.open();

  await using init = command(rig.stage.argv('main'));
  const main = await rig.stage.next('main');
  await init.signal('SIGTSTP');
  await waitFor('the stopped state', async () =>
    (await init.processes()).some(({ pid, state }) => pid === main.pid && state === 'T'),
  );
  await init.signal('SIGCONT');
  await main.exit(3);

  equal((await init.exit()).code, 3);
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

test('the end of standard input reaches the command', async () => {
  await using init = command(['/bin/sh', '-c', 'cat; echo over'], { stdin: 'pipe' });
  init.stdin.end('in\n');

  equal((await init.exit()).code, 0);
  equal(init.stdout.text, 'in\nover\n');
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

test('without -c no config is looked for', async () => {
  await using rig = await Rig.open();
  rig.config([program('web', { command: '/bin/echo sidecar', startsecs: 0 })]);

  await using init = command(['/bin/echo', 'alone'], { cwd: rig.scratch.folder });
  await init.exit();

  equal(init.stdout.text, 'alone\n');
});

test('with a config its programs are sidecars: started before the command, stopped after it', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side')]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const [side, main] = [await rig.stage.next('side'), await rig.stage.next('main')];
  await side.write(1, 'from the sidecar\n');
  await main.write(1, 'from the command\n');
  await init.line(/^side +\| from the sidecar$/);
  await init.line(/^from the command$/);
  await side.report('SIGTERM');
  await main.exit(33);
  equal(await side.signal(), 'SIGTERM');
  await side.exit(0);

  equal((await init.exit()).code, 33);
  ok(side.pid < main.pid);
});

test('with sidecars SIGTERM goes to the command; they are stopped when it has ended', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side')]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const [side, main] = [await rig.stage.next('side'), await rig.stage.next('main')];
  await side.report('SIGTERM');
  await main.report('SIGTERM');
  await init.signal('SIGTERM');
  equal(await main.signal(), 'SIGTERM');
  equal((await side.identity()).ppid, 1);
  await main.exit(6);
  equal(await side.signal(), 'SIGTERM');
  await side.exit(0);

  equal((await init.exit()).code, 6);
});

test('a sidecar that crashes is started again', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side')]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const main = await rig.stage.next('main');
  await (await rig.stage.next('side')).die('SIGKILL');
  await rig.stage.next('side');
  await main.exit(0);

  equal((await init.exit()).code, 0);
});

test('a critical sidecar that ends stops the command, and its exit code is ours', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side', { critical: true, autorestart: false })]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const main = await rig.stage.next('main');
  await main.report('SIGTERM');
  await (await rig.stage.next('side')).exit(21);
  equal(await main.signal(), 'SIGTERM');
  await main.exit(0);

  equal((await init.exit()).code, 21);
  match(init.stderr.all.at(-1) ?? '', /^tsupervisor: exit 21: .*side/);
});

test('sidecars are stopped when the command cannot be executed', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side', { stopsignal: 'QUIT' })]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', '/nonexistent/command']);
  equal((await init.exit()).code, 127);

  ok(activityOf(init).includes('WARN stopped: side (terminated by SIGQUIT)'));
  match(init.stderr.all.at(-1) ?? '', /^tsupervisor: exit 127: .*\/nonexistent\/command/);
});

test('once the command has ended, requests to stop are for the sidecars, and the second one kills them', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side', { stopwaitsecs: 1000 })]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const [side, main] = [await rig.stage.next('side'), await rig.stage.next('main')];
  await side.report('SIGTERM');
  await main.exit(8);
  await side.signal();
  await init.signal('SIGTERM');
  await init.line(/received SIGTERM/);
  await init.signal('SIGTERM');

  equal((await init.exit()).code, 8);
});

test('a sidecar that ends does not end the command', async () => {
  await using rig = await Rig.open();
  const config = rig.config([settings({ loglevel: 'debug' }), rig.puppet('side')]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const main = await rig.stage.next('main');
  await (await rig.stage.next('side')).exit(0);
  await init.line(/exited: side/);
  await main.exit(4);

  equal((await init.exit()).code, 4);
  ok(activityOf(init).some((said) => said.startsWith('INFO exited: side (exit status 0; expected)')));
});
