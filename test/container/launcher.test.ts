import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { root, tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { Scratch } from '../support/scratch.ts';
import { build } from './build.ts';
import type { Told } from './probe.ts';

const probe = join(root, '.cache', 'test', 'probe');
const run = promisify(execFile);

before(async () => {
  await build('test/container/probe.ts', probe);
});

/** A folder with nothing but an executable and a place for /proc. */
function makeJail(scratch: Scratch, executable: string): string {
  mkdirSync(scratch.path('proc'));
  try {
    linkSync(executable, scratch.path('program'));
  } catch {
    // Another file system.
    copyFileSync(executable, scratch.path('program'));
  }
  return scratch.folder;
}

const mountProc = 'mount -t proc proc "$1/proc" && exec chroot "$@"';

async function told(init: Pid1): Promise<Told> {
  const answer: Told = JSON.parse(await init.line(/^\{/));
  return answer;
}

test('the file alone, with /proc, is enough, as PID 1', async () => {
  await using scratch = new Scratch();
  const jail = makeJail(scratch, probe);
  await using init = new Pid1(['/bin/sh', '-c', mountProc, 'sh', jail, '/program', 'one', 'two words']);

  const { pid, isSea, execPath, words, libraries, carried } = await told(init);

  deepEqual([pid, isSea, execPath, words], [1, true, '/program', ['one', 'two words']]);
  deepEqual(libraries, [], 'no library of a file system is mapped');
  match(carried ?? '', /^libatomic\.so\.1 of \S+ \d/);
  equal((await init.exit()).code, 0);
});

test('nothing of the launcher is left: no descriptor, no variable, no memory', async () => {
  const environment = {
    FIRST: '1',
    LD_PRELOAD: '/no/such.so',
    LD_LIBRARY_PATH: '/tmp',
    GLIBC_TUNABLES: 'x=y',
    NODE_DEBUG: '*',
    NODE_REPL_EXTERNAL_MODULE: '/no/such',
    NODE_V8_COVERAGE: '/no/such',
    NODE_ENV: 'production',
    OPENSSL_CONF: '/etc/passwd',
    UV_USE_IO_URING: '1',
    LAST: '',
  };
  const { stdout, stderr } = await run(probe, [], { env: environment });

  const { environment: seen, seenByNode, descriptors, copiedKilobytes }: Told = JSON.parse(stdout);

  deepEqual(seen, environment);
  equal(stderr, '', 'the loader and Node have seen none of the variables that are for the programs');
  deepEqual(
    seenByNode.filter((name) => /^(?:LD|GLIBC|NODE|OPENSSL|UV)_/.test(name)),
    [],
  );
  const plain = JSON.parse((await run(join(root, 'scripts/node'), ['-p', readDescriptors])).stdout);
  ok(descriptors.length <= plain.length + 1, `descriptors: ${descriptors.join(' ')}`);
  ok(copiedKilobytes < 256, `the copies of the libraries take ${copiedKilobytes} KB`);
});

const readDescriptors = 'JSON.stringify(fs.readdirSync("/proc/self/fd").map(Number))';

test('the limit of open files from before Node raised it is known', async () => {
  const { stdout } = await run('sh', ['-c', 'ulimit -Sn 64; ulimit -Hn 3000; exec "$1"', 'sh', probe]);

  const { openFiles }: Told = JSON.parse(stdout);

  deepEqual(openFiles, ['64', '3000']);
});

test('a small limit of file sizes is lifted while it starts, and holds for programs', async () => {
  const { stdout } = await run('sh', [
    '-c',
    'ulimit -Sf 1; ulimit -Hf; exec "$1" -- /bin/sh -c "ulimit -Sf; ulimit -Hf"',
    'sh',
    tsupervisor,
  ]);

  const [hardBefore, soft, hard] = stdout.split('\n');
  deepEqual([soft, hard], ['1', hardBefore]);
});

test('a hard limit of file sizes that is too small is told in one line, with exit code 127', async () => {
  // Whoever may raise a hard limit does so.
  const drop = process.getuid?.() === 0 ? 'setpriv --bounding-set -sys_resource' : '';
  await using init = new Pid1(['/bin/sh', '-c', `ulimit -f 1; exec ${drop} "$1" version`, 'sh', tsupervisor]);

  equal((await init.exit()).code, 127);
  equal(
    init.stderr.text,
    'tsupervisor: cannot start: the hard limit of file sizes (ulimit -Hf) is below the size of a library\n',
  );
});

test('a link’s name is argv[0]', async () => {
  await using scratch = new Scratch();
  symlinkSync(probe, scratch.path('supervisorctl'));
  symlinkSync(tsupervisor, scratch.path('echo_supervisord_conf'));

  const { argv0, execPath }: Told = JSON.parse((await run(scratch.path('supervisorctl'))).stdout);
  const sample = await run(scratch.path('echo_supervisord_conf'));

  deepEqual([argv0, execPath], [scratch.path('supervisorctl'), probe]);
  match(sample.stdout, /^\[supervisord\]/m);
});

test('standard descriptors that are closed do not confuse it', async () => {
  const { stdout } = await run('sh', ['-c', 'exec "$1" <&- 2>&-', 'sh', probe]);

  const { descriptors }: Told = JSON.parse(stdout);

  deepEqual(descriptors.toSorted((a, b) => a - b).slice(0, 3), [0, 1, 2]);
});

test('without /proc it says so in one line, with exit code 127', async () => {
  await using scratch = new Scratch();
  const jail = makeJail(scratch, tsupervisor);
  await using init = new Pid1(['chroot', jail, '/program', 'version']);

  deepEqual(await init.exit(), { code: 127, signal: undefined });
  equal(
    init.stderr.text,
    'tsupervisor: cannot start: /proc is not mounted, or belongs to another PID namespace\n',
  );
});

for (const [how, spoil] of [
  ['truncated', (file: string) => truncateSync(file, 100_000_000)],
  ['truncated by a byte', async (file: string) => await run('truncate', ['--size=-1', file])],
  ['stripped', async (file: string) => await run('strip', [file])],
] as const)
  test(`a ${how} file says so in one line, with exit code 127`, async () => {
    await using scratch = new Scratch();
    const file = scratch.path('tsupervisor');
    copyFileSync(tsupervisor, file);
    await spoil(file);
    await using init = new Pid1([file, 'version']);

    equal((await init.exit()).code, 127);
    equal(
      init.stderr.text,
      'tsupervisor: cannot start: the file is truncated or was changed (by strip?): copy it again\n',
    );
  });

test('it starts on the oldest processors of its kind', async () => {
  const { stdout } = await run('qemu-x86_64', ['-cpu', 'Opteron_G1', tsupervisor, 'version']);

  match(stdout, /^\d+\.\d+\.\d+\n$/);
});

test('version --verbose names every part', async () => {
  const { stdout } = await run(tsupervisor, ['version', '--verbose']);

  for (const part of [
    'tsupervisor',
    'node',
    'v8',
    'openssl',
    'pino',
    'ini',
    'libc.so.6',
    'libstdc\\+\\+.so.6',
    'loader',
  ])
    match(stdout, new RegExp(`^${part} .*\\d`, 'm'));
});

test('it starts with the code that was compiled when it was built', async () => {
  const { stdout } = await run(tsupervisor, ['version', '--verbose']);

  match(stdout, /^code cache: used$/m);
});
