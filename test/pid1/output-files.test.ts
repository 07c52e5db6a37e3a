import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { after, type Options, program, Rig, settings, stop } from './rig.ts';

const isMine = (name: string): boolean => name.includes('---mine-');
const once = { startsecs: 0, autorestart: false };

/** What is in a file; empty also between two renames, when no file has that name. */
function contentOf(rig: Rig, name: string): string {
  try {
    return rig.scratch.read(name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

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
    await waitFor(`the rotation of ${letter}`, () => contentOf(rig, 'web.log.1').startsWith(letter));
  }
  await web.write(1, 'f\n');
  await waitFor('the rest', () => contentOf(rig, 'web.log') === 'f\n');

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
  await waitFor('the first line', () => contentOf(rig, 'web.log') === 'small\n');
  await web.write(1, `${'a'.repeat(2000)}\n`);
  await waitFor('an empty file', () => contentOf(rig, 'web.log') === '');
  await web.write(1, 'b\n');
  await waitFor('the rest', () => contentOf(rig, 'web.log') === 'b\n');

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

test('what nobody wants does not pass through us: NONE is /dev/null, unless something listens', async () => {
  await using rig = await Rig.open();
  // It lives on: the end of a critical program would be that of the others, whether or not they have written.
  const streams = rig.sh(
    'links=$(readlink /proc/$$/fd/1 /proc/$$/fd/2)\necho "$links" > $1\nexec sleep 1000',
  );
  const shows = (name: string, options: Options): string =>
    program(name, {
      command: `${streams} ${rig.scratch.path(name)}`,
      stdout_logfile: 'NONE',
      stderr_logfile: 'NONE',
      ...once,
      ...options,
    });

  await using init = rig.supervise([
    shows('silent', {}),
    shows('joined', { redirect_stderr: true }),
    shows('watched', { stdout_events_enabled: true }),
    shows('captured', { stdout_capture_maxbytes: 1000 }),
    shows('critical', { critical: true }),
  ]);

  const linksOf = async (name: string): Promise<readonly string[]> => {
    const links = await waitFor(`the links of ${name}`, () => contentOf(rig, name) || undefined);
    return links.split('\n').map((link) => link.replace(/\d+/, 'N'));
  };
  deepEqual(await linksOf('silent'), ['/dev/null', '/dev/null', '']);
  deepEqual(await linksOf('joined'), ['/dev/null', '/dev/null', '']);
  deepEqual(await linksOf('watched'), ['pipe:[N]', '/dev/null', '']);
  deepEqual(await linksOf('captured'), ['pipe:[N]', '/dev/null', '']);
  deepEqual(await linksOf('critical'), ['pipe:[N]', 'pipe:[N]', '']);
  equal(await stop(init), 0);
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

test('AUTO files of an instance that is running are left alone, also those of programs that wait for a start', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('auto'));
  const childlogdir = rig.scratch.path('auto');
  const one = (name: string, options: Options = {}): readonly string[] => [
    settings({ childlogdir, identifier: 'mine', exit_when_done: false }),
    rig.puppet(name, { stdout_logfile: 'AUTO', stderr_logfile: 'AUTO', ...options }),
  ];
  const first = rig.config(
    [...one('running'), rig.puppet('idle', { stdout_logfile: 'AUTO', autostart: false })],
    'first.conf',
  );
  const second = rig.config(one('second'), 'second.conf');

  await using init = new Pid1([tsupervisor, '-c', first]);
  await rig.stage.next('running');
  await init.run(['/bin/sh', '-c', `${tsupervisor} -c ${second} >/dev/null 2>&1 &`]);
  await rig.stage.next('second');
  const both = readdirSync(childlogdir).map((name) => name.replace(/---.*/, ''));
  await init.signal('SIGKILL');
  await init.exit();
  await using third = rig.supervise(one('third'));
  await rig.stage.next('third');
  await stop(third);

  deepEqual(both.toSorted(), [
    'idle-stdout',
    'running-stderr',
    'running-stdout',
    'second-stderr',
    'second-stdout',
  ]);
  ok(readdirSync(childlogdir).every((name) => name.startsWith('third-')));
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

test('an inherited descriptor can be a log file, be it a file or a pipe', async () => {
  await using rig = await Rig.open();
  const log = rig.scratch.path('inherited.log');
  const config = rig.config([
    program('filed', { command: rig.sh('echo filed'), stdout_logfile: '/dev/fd/3', ...once }),
    program('linked', { command: rig.sh('echo linked'), stdout_logfile: '/proc/self/fd/3', ...once }),
    program('piped', { command: rig.sh('echo piped'), stdout_logfile: '/dev/fd/4', ...once }),
  ]);

  await using init = new Pid1(after(`exec 3>>${log} 4>&1`, [tsupervisor, '-c', config]));
  equal((await init.exit()).code, 0);

  deepEqual(rig.scratch.read('inherited.log').split('\n').toSorted(), ['', 'filed', 'linked']);
  deepEqual(init.stdout.all, ['piped']);
});

test('a descriptor that nobody gave us is no log file, and what Node has under its number goes on', async () => {
  await using rig = await Rig.open();
  const numbers = Array.from({ length: 30 }, (_, index) => index + 3);
  const command = rig.sh('echo lost');

  await using init = rig.supervise([
    ...numbers.map((fd) =>
      program(`to${fd}`, { command, stdout_logfile: `/dev/fd/${fd}`, startretries: 0, ...once }),
    ),
    program('web', { command: rig.sh('echo lives'), ...once }),
  ]);
  const { signal } = await init.exit();

  equal(signal, undefined);
  deepEqual(init.stdout.all, ['web  | lives']);
  const refused = numbers.filter((fd) => init.stderr.text.includes(`dispatchers for 'to${fd}': EBADF`));
  ok(refused.length > numbers.length / 2, `refused: ${refused.join(' ')}`);
});
