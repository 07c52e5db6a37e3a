import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { supervisord } from './paths.ts';
import { Pid1 } from './pid1.ts';
import { Scratch } from './scratch.ts';
import { Stage } from './stage.ts';
import { waitFor } from './wait-for.ts';

test('a program is PID 1 of its namespace, and its exit code is told', async () => {
  await using init = new Pid1(['/bin/sh', '-c', 'echo "I am $$"; echo oops >&2; exit 7']);

  equal(await init.line(/I am/), 'I am 1');
  equal(await init.stderr.line(/oops/), 'oops');
  deepEqual(await init.exit(), { code: 7, signal: undefined });
});

test('a death by a signal is told apart from an exit code', async () => {
  await using init = new Pid1(['/bin/sh', '-c', 'echo up; exec sleep 1000']);
  await init.line(/up/);

  await init.signal('SIGKILL');

  deepEqual(await init.exit(), { code: undefined, signal: 'SIGKILL' });
});

test('waiting for a line that cannot come fails with the output', async () => {
  await using init = new Pid1(['/bin/echo', 'something else']);

  await rejects(init.line(/never/), /never.*something else/s);
});

test('disposing kills the whole namespace', async () => {
  await using scratch = new Scratch();
  await using stage = await Stage.open(scratch);
  const init = new Pid1(['/bin/sh', '-c', `${stage.command('one')} & wait`]);
  const puppet = await stage.next('one');

  await init[Symbol.asyncDispose]();

  await puppet.gone();
});

test('a command runs beside PID 1, and the processes of the namespace are listed', async () => {
  await using init = new Pid1(['/bin/sh', '-c', 'echo up; exec sleep 1000']);
  await init.line(/up/);

  const answer = await init.run(['/bin/sh', '-c', 'touch /run/here; readlink /proc/1/exe; exit 3']);

  equal(answer.code, 3);
  match(answer.stdout, /bin\/\w*(sleep|coreutils)/);
  deepEqual(
    (await init.processes()).map(({ pid, command }) => [pid, command]),
    [[1, 'sleep 1000']],
  );
});

test('a puppet does as it is told', async () => {
  await using scratch = new Scratch();
  await using stage = await Stage.open(scratch);
  await using init = new Pid1(stage.argv('solo'), { env: { FRUIT: 'pear' }, stdin: 'pipe' });
  const solo = await stage.next('solo');

  await solo.report('SIGHUP');
  await solo.ignore('SIGTERM');
  await init.signal('SIGTERM');
  await init.signal('SIGHUP');
  await solo.write(1, 'grüße\n');
  await solo.flood(2, 250, { lineBytes: 100 });
  init.stdin.write('in');
  const orphan = await solo.orphan(9);
  const child = await solo.fork();
  const { environment, pid, descriptors } = await solo.identity();

  equal(await solo.signal(), 'SIGHUP');
  equal(await init.line(/gr/), 'grüße');
  equal(await solo.read(0, 10), 'in');
  deepEqual([environment['FRUIT'], pid, solo.pid, stage.starts('solo')], ['pear', 1, 1, 1]);
  deepEqual(Object.keys(descriptors).slice(0, 3), ['0', '1', '2']);
  await rejects(solo.open('/nowhere/at/all'), /^Error: ENOENT$/);
  deepEqual(await init.stderr.matching(/^x+$/, 2), ['x'.repeat(99), 'x'.repeat(99)]);
  const alive = new Map((await init.processes()).map((entry) => [entry.pid, entry]));
  equal(alive.get(child)?.ppid, 1);
  equal(alive.get(orphan)?.sid, orphan);

  await solo.releaseOrphans();
  await waitFor('a zombie', async () => (await init.processes()).some(({ state }) => state === 'Z'));
  await solo.exit(4);

  equal((await init.exit()).code, 4);
  await init.stderr.end();
  equal(init.stderr.bytes.length, 250);
});

test('the harness runs Debian’s Supervisor, and a crashed puppet comes back', async () => {
  await using scratch = new Scratch();
  await using stage = await Stage.open(scratch);
  const config = scratch.write(
    's.conf',
    `[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
[program:web]
command=${stage.command('web')}
startsecs=0
autorestart=true
`,
  );
  await using init = new Pid1([supervisord, '-c', config]);

  await (await stage.next('web')).die('SIGSEGV');
  const second = await stage.next('web');
  writeFileSync(await init.path('/run/probe'), '');
  await init.signal('SIGTERM');

  await second.gone();
  equal((await init.exit()).code, 0);
});
