import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { freePort } from '../support/port.ts';
import { activityOf, outputOf, program, Rig, section, settings, stop } from './rig.ts';

test('SIGHUP restarts everything with the config as it is now, as the same process', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('kept'), rig.puppet('removed'), rig.puppet('changed')]);
  const before = await Promise.all(['kept', 'removed', 'changed'].map((name) => rig.stage.next(name)));
  rig.config([rig.puppet('kept'), rig.puppet('changed', { environment: 'NEW="yes"' }), rig.puppet('added')]);
  await init.signal('SIGHUP');
  for (const puppet of before) await puppet.gone();
  const [kept, changed, added] = await Promise.all(
    ['kept', 'changed', 'added'].map((name) => rig.stage.next(name)),
  );
  await init.stderr.matching(/success:/, 6);

  ok(kept !== undefined && added !== undefined);
  deepEqual([(await changed?.identity())?.environment['NEW'], (await kept.identity()).ppid], ['yes', 1]);
  equal(rig.stage.starts('removed'), 1);
  const said = activityOf(init);
  equal(said.filter((line) => line === 'INFO supervisord started with pid N').length, 2);
  ok(
    said.indexOf('WARN received SIGHUP indicating restart request') <
      said.lastIndexOf('INFO supervisord started with pid N'),
  );
  equal(await stop(init), 0);
});

test('prefixes, formats and log levels follow the new config', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('a_long_name'), rig.puppet('b')]);
  await (await rig.stage.next('b')).write(1, 'one\n');
  await init.line(/^b {11}\| one/);
  rig.config([settings({ loglevel: 'debug', logformat: 'json' }), rig.puppet('b')]);
  await init.signal('SIGHUP');
  await (await rig.stage.next('b')).write(1, 'two\n');
  await init.line(/^b \| two/);
  await stop(init);

  ok(init.stderr.all.some((line) => line.startsWith('{') && line.includes('"level":"debug"')));
});

test('log files and pidfile follow the new config', async () => {
  await using rig = await Rig.open();
  const [one, two] = [rig.scratch.path('one.log'), rig.scratch.path('two.log')];

  await using init = rig.supervise([
    settings({ logfile: one, pidfile: rig.scratch.path('s.pid') }),
    rig.puppet('web', { stdout_logfile: one }),
  ]);
  await (await rig.stage.next('web')).write(1, 'old\n');
  rig.config([
    settings({ logfile: two, pidfile: rig.scratch.path('s.pid') }),
    rig.puppet('web', { stdout_logfile: two }),
  ]);
  await init.signal('SIGHUP');
  await (await rig.stage.next('web')).write(1, 'new\n');
  await init.stderr.matching(/success:/, 2);
  equal(rig.scratch.read('s.pid'), '1\n');
  await stop(init);

  match(rig.scratch.read('one.log'), /^old$/m);
  match(rig.scratch.read('two.log'), /^new$/m);
  match(rig.scratch.read('two.log'), /supervisord started with pid 1/);
  ok(!rig.scratch.read('one.log').includes('new'));
});

test('a broken config changes nothing, and every mistake is told with its file and line', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  rig.scratch.write(
    'supervisord.conf',
    '[supervisord]\n[program:web]\ncommand=/bin/cat\nstartsecs=soon\nnumprocs=x\n',
  );
  await init.signal('SIGHUP');
  await init.line(/ERRO .*supervisord\.conf:4:\d+: .*startsecs/);
  await init.line(/ERRO .*supervisord\.conf:5:\d+: .*numprocs/);
  await init.line(/ERRO cannot restart/);
  await web.write(1, 'still here\n');
  await init.line(/web \| still here/);

  equal(rig.stage.starts('web'), 1);
  equal(await stop(init), 0);
});

test('a config that is gone changes nothing, and one that is whole again is taken', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const first = await rig.stage.next('web');
  renameSync(rig.scratch.path('supervisord.conf'), rig.scratch.path('away.conf'));
  await init.signal('SIGHUP');
  await init.line(/ERRO cannot restart/);
  renameSync(rig.scratch.path('away.conf'), rig.scratch.path('supervisord.conf'));
  await init.signal('SIGHUP');
  await first.gone();
  await rig.stage.next('web');

  equal(await stop(init), 0);
});

test('a server that cannot be opened at SIGHUP takes no other one away, and the next SIGHUP tries again', async () => {
  await using rig = await Rig.open();
  const port = await freePort();
  await using other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const socket = rig.scratch.path('control.sock');
  const sections = [section('unix_http_server', { file: socket }), rig.puppet('web')];
  const both = [...sections, section('inet_http_server', { port: `127.0.0.1:${port}` })];

  await using init = rig.supervise(sections);
  const pidAt = async (url: string): Promise<string> =>
    (await init.run([tsupervisor, 'ctl', '-s', url, 'pid'])).stdout;
  await rig.stage.next('web');
  rig.config(both);
  await init.signal('SIGHUP');
  await init.line(/ERRO cannot listen at 127\.0\.0\.1:\d+: another program is listening there/);
  await rig.stage.next('web');
  equal(await pidAt(`unix://${socket}`), '1\n');
  await other[Symbol.asyncDispose]();
  await init.signal('SIGHUP');
  await init.line(/CRIT Server 'inet_http_server' running without any HTTP authentication checking/);
  await rig.stage.next('web');

  equal(await pidAt(`http://127.0.0.1:${port}`), '1\n');
  equal(await pidAt(`unix://${socket}`), '1\n');
  equal(await stop(init), 0);
});

test('SIGHUP during a shutdown is ignored', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  await web.report('SIGTERM');
  await init.signal('SIGTERM');
  await web.signal();
  await init.signal('SIGHUP');
  await init.line(/WARN ignored SIGHUP indicating restart request \(shutdown in progress\)/);
  await web.exit(0);

  equal((await init.exit()).code, 0);
  equal(rig.stage.starts('web'), 1);
});

test('SIGTERM during a restart makes it an end', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  await web.report('SIGTERM');
  await init.signal('SIGHUP');
  await web.signal();
  await init.signal('SIGTERM');
  await init.line(/received SIGTERM/);
  await web.exit(0);

  equal((await init.exit()).code, 0);
  equal(rig.stage.starts('web'), 1);
});

test('a second SIGHUP during a restart is no second restart', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  await web.report('SIGTERM');
  await init.signal('SIGHUP');
  await web.signal();
  await init.signal('SIGHUP');
  await init.line(/ignored SIGHUP/);
  await web.exit(0);
  await rig.stage.next('web');
  await init.stderr.matching(/supervisord started/, 2);
  await init.stderr.matching(/success:/, 2);

  equal(rig.stage.starts('web'), 2);
  equal(await stop(init), 0);
});

test('output that comes while everything stops for a restart is not lost', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.sh('trap "seq 1 5000; exit 0" TERM; echo up; while :; do sleep 0.01; done'),
    }),
  ]);
  await init.line(/web \| up/);
  await init.signal('SIGHUP');
  await init.stdout.matching(/\| up/, 2);
  await stop(init);

  equal(outputOf(init, 'web').length, 10_002);
});

test('ten restarts leave no descriptors behind', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    settings({ logfile: rig.scratch.path('activity.log') }),
    rig.puppet('web', { stdout_logfile: rig.scratch.path('web.log') }),
    rig.puppet('other'),
  ]);
  const counts: number[] = [];
  for (let count = 0; count < 10; count++) {
    await rig.stage.next('web');
    await rig.stage.next('other');
    await init.stderr.matching(/success:/, 2 * count + 2);
    const { stdout } = await init.run(['/bin/sh', '-c', 'ls /proc/1/fd | wc -l']);
    counts.push(Number(stdout));
    await init.signal('SIGHUP');
  }

  ok((counts.at(-1) ?? 0) <= (counts[1] ?? 0), `open descriptors: ${counts.join(', ')}`);
});
