/** What goes wrong with the places that programs write to: they live on, it is said once, and it passes. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync, renameSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, after, program, Rig } from './rig.ts';

const once = { startsecs: 0, autorestart: false };

test('a read-only log directory keeps only its own program from starting, and that one starts when it can', async () => {
  await using rig = await Rig.open();
  const folder = rig.scratch.path('logs');
  mkdirSync(folder);
  const config = rig.config([
    rig.puppet('web', { stdout_logfile: `${folder}/web.log`, startretries: 1000 }),
    rig.puppet('other'),
  ]);

  await using init = new Pid1(after(`mount -t tmpfs -o ro tmpfs ${folder}`, [tsupervisor, '-c', config]));
  await init.stderr.line(/spawnerr: unknown error making dispatchers for 'web': EROFS/);
  await (await rig.stage.next('other')).write(1, 'lives\n');
  await init.line(/other \| lives/);
  await init.run(['mount', '-o', 'remount,rw', folder]);
  const web = await rig.stage.next('web');
  await web.write(1, 'written\n');
  const log = await init.path(`${folder}/web.log`);

  await waitFor('the line', () => readFileSync(log, 'utf8') === 'written\n');
  equal(activityOf(init).filter((line) => line.includes('cannot open')).length, 1);
});

test('a disk without room for one more file keeps no program from its start, and the file is made when there is room', async () => {
  await using rig = await Rig.open();
  const folder = rig.scratch.path('disk');
  mkdirSync(folder);
  const config = rig.config([rig.puppet('web', { stdout_logfile: `${folder}/web.log` })]);
  const full = `mount -t tmpfs -o nr_inodes=2 tmpfs ${folder}; touch ${folder}/other`;

  await using init = new Pid1(after(full, [tsupervisor, '-c', config]));
  const web = await rig.stage.next('web');
  await web.write(1, 'lost\n');
  await init.stderr.line(/cannot open .*web\.log: ENOSPC/);
  await init.run(['rm', `${folder}/other`]);
  const log = await init.path(`${folder}/web.log`);
  await waitFor('a line in the file', async () => {
    await web.write(1, 'kept\n');
    return existsSync(log) && readFileSync(log, 'utf8').startsWith('kept\n');
  });

  match(await init.stderr.line(/takes output again/), /web\.log takes output again; \d+ bytes were lost/);
  equal(rig.stage.starts('web'), 1);
});

test('a log file that a directory has taken the place of is written to further, and opened anew when it can be', async () => {
  await using rig = await Rig.open();
  const [path, moved] = [rig.scratch.path('web.log'), rig.scratch.path('moved.log')];
  const reopened = /INFO supervisord logreopen/;

  await using init = rig.supervise([rig.puppet('web', { stdout_logfile: path })]);
  const web = await rig.stage.next('web');
  await web.write(1, 'one\n');
  await waitFor('the first line', () => rig.scratch.read('web.log') === 'one\n');
  renameSync(path, moved);
  mkdirSync(path);
  await init.signal('SIGUSR2');
  await init.stderr.matching(reopened, 1);
  await web.write(1, 'two\n');
  await waitFor('the second line', () => rig.scratch.read('moved.log') === 'one\ntwo\n');
  rmdirSync(path);
  await init.signal('SIGUSR2');
  await init.stderr.matching(reopened, 2);
  await web.write(1, 'three\n');
  await waitFor('the third line', () => rig.scratch.read('web.log') === 'three\n');

  equal(activityOf(init).filter((line) => line.includes('EISDIR')).length, 1);
  equal(rig.stage.starts('web'), 1);
});

test('a FIFO without a reader delays no program, and gets what is written when it has one', async () => {
  await using rig = await Rig.open();
  const fifo = rig.scratch.path('fifo');
  const config = rig.config([rig.puppet('web', { stdout_logfile: fifo })]);

  await using init = new Pid1(after(`mkfifo ${fifo}`, [tsupervisor, '-c', config]));
  const web = await rig.stage.next('web');
  await web.write(1, 'nobody reads this\n');
  await init.stderr.line(/cannot open .*fifo: ENXIO/);
  const got = init.run(['/bin/sh', '-c', `head -n 1 ${fifo}`]);
  await init.stderr.line(
    await waitFor('a line for the reader', async () => {
      await web.write(1, 'somebody reads this\n');
      return init.stderr.all.some((line) => line.includes('takes output again')) && /takes output again/;
    }),
  );

  equal((await got).stdout, 'somebody reads this\n');
  equal(init.stderr.all.filter((line) => line.includes('ENXIO')).length, 1);
  equal(rig.stage.starts('web'), 1);
});

for (const [what, shell] of [
  ['a socket', 'exec "$@"'],
  ["another user's pipe", 'setpriv --reuid=1000 --regid=1000 --clear-groups "$@" | cat'],
  ['a file', 'f=$(mktemp); "$@" > $f; cat $f'],
] as const) {
  test(`a log file that is a link to /dev/stdout is our standard output, also when that is ${what}`, async () => {
    await using rig = await Rig.open();
    symlinkSync('/dev/stdout', rig.scratch.path('one.log'));
    symlinkSync('one.log', rig.scratch.path('two.log'));
    const config = rig.config([
      program('web', {
        command: rig.sh('echo through the link'),
        stdout_logfile: rig.scratch.path('two.log'),
        stdout_logfile_maxbytes: 1,
        ...once,
      }),
    ]);

    await using init = new Pid1(['/bin/sh', '-c', shell, 'sh', tsupervisor, '-s', '-c', config]);
    await init.exit();

    equal(init.stdout.text, 'through the link\n');
    ok(!existsSync(rig.scratch.path('two.log.1')));
  });
}

/** A /dev that is ours to change, with the machine's devices in it. */
const ownDev = (folder: string): string => `mkdir -p ${folder}
mount --rbind /dev ${folder}
mount -t tmpfs -o mode=755 tmpfs /dev
for device in null zero full random urandom; do touch /dev/$device; mount --bind ${folder}/$device /dev/$device; done
ln -s /proc/self/fd /dev/fd
umount -l ${folder}`;

test('a syslog daemon that comes late, goes and comes back gets what waits and what follows, and programs live on', async () => {
  await using rig = await Rig.open();
  const receiver = new URL('../linux/syslog-receiver.py', import.meta.url).pathname;
  const config = rig.config([rig.puppet('web', { stdout_logfile: 'NONE', stdout_syslog: true })]);
  const listen = `rm -f /dev/log; python3 ${receiver} /dev/log go > $1 2>&1 & echo $!`;

  await using init = new Pid1(after(ownDev(rig.scratch.path('dev')), [tsupervisor, '-c', config]));
  const start = async (name: string): Promise<string> =>
    (await init.run(['/bin/sh', '-c', listen, 'sh', rig.scratch.path(name)])).stdout.trim();
  const gotten = (name: string): readonly string[] =>
    Array.from(rig.scratch.read(name).matchAll(/supervisord: web (\w+)/g), ([, word = '']) => word);

  const web = await rig.stage.next('web');
  await web.write(1, 'early\n');
  await init.stderr.line(/cannot connect \/dev\/log: ENOENT/);
  const first = await start('first');
  await waitFor('what waited', () => existsSync(rig.scratch.path('first')) && gotten('first').length === 1);
  await web.write(1, 'there\n');
  await waitFor('what followed', () => gotten('first').length === 2);
  await init.run(['/bin/sh', '-c', `kill ${first}; while kill -0 ${first} 2>&-; do sleep 0.01; done`]);
  await web.write(1, 'away\n');
  await init.stderr.line(/cannot \w+ \/dev\/log: ECONNREFUSED/);
  await start('second');
  await waitFor('what waited', () => existsSync(rig.scratch.path('second')) && gotten('second').length === 1);
  await web.write(1, 'back\n');
  await waitFor('what followed', () => gotten('second').length === 2);

  deepEqual(
    [gotten('first'), gotten('second')],
    [
      ['early', 'there'],
      ['away', 'back'],
    ],
  );
  equal(rig.stage.starts('web'), 1);
  match(init.stderr.text, /\/dev\/log takes output again; 0 bytes were lost/);
});
