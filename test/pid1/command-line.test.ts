import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { activityOf, after, outputOf, program, Rig } from './rig.ts';

const hideMachineConfig = 'for d in /etc/supervisor; do [ -d $d ] && mount -t tmpfs tmpfs $d; done; true';
const saying = (rig: Rig, word: string): string =>
  program('say', { command: rig.sh(`echo ${word}`), startsecs: 0, autorestart: false });

test('the config that -c names wins over $TSUPERVISOR_CONFIG', async () => {
  await using rig = await Rig.open();
  const named = rig.config([saying(rig, 'named')], 'named.conf');
  const other = rig.config([saying(rig, 'other')], 'other.conf');

  await using init = new Pid1([tsupervisor, '-c', named], { env: { TSUPERVISOR_CONFIG: other } });

  deepEqual([(await init.exit()).code, outputOf(init, 'say')], [0, ['named']]);
});

test('$TSUPERVISOR_CONFIG wins over the search list', async () => {
  await using rig = await Rig.open();
  const named = rig.config([saying(rig, 'variable')], 'named.conf');
  rig.config([saying(rig, 'searched')]);

  await using init = new Pid1([tsupervisor], {
    cwd: rig.scratch.folder,
    env: { TSUPERVISOR_CONFIG: named },
  });

  deepEqual([(await init.exit()).code, outputOf(init, 'say')], [0, ['variable']]);
});

test('an empty $TSUPERVISOR_CONFIG is none', async () => {
  await using init = new Pid1([tsupervisor, '--', '/bin/echo', 'ran'], { env: { TSUPERVISOR_CONFIG: '' } });

  deepEqual([(await init.exit()).code, init.stdout.text], [0, 'ran\n']);
});

test('a -- without a command is wrong, unless a configuration is named', async () => {
  await using rig = await Rig.open();
  const config = rig.config([saying(rig, 'named')]);

  await using alone = new Pid1([tsupervisor, '--'], { cwd: rig.scratch.folder });
  await using named = new Pid1([tsupervisor, '-c', config, '--']);

  equal((await alone.exit()).code, 2);
  match(alone.stderr.text, /^Error: expected a command after --\n/);
  deepEqual([(await named.exit()).code, outputOf(named, 'say')], [0, ['named']]);
});

test('the search list is that of supervisord: beside the executable, here, etc/ here, /etc', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('opt/bin'), { recursive: true });
  mkdirSync(rig.scratch.path('work'));
  const link = rig.scratch.path('opt/bin/tsupervisor');
  symlinkSync(tsupervisor, link);
  const found: (readonly string[])[] = [];
  const hideAll = `${hideMachineConfig}; cp ${rig.config([saying(rig, 'machine')], 'm.conf')} /etc/supervisor/supervisord.conf`;
  // The last place first: each new file stands before those that are there already.
  for (const place of ['work/etc', 'work', 'opt', 'opt/etc']) {
    rig.config([saying(rig, place)], `${place}/supervisord.conf`);
    await using init = new Pid1(after(hideAll, [link]), { cwd: rig.scratch.path('work') });
    await init.exit();
    found.push(outputOf(init, 'say'));
  }

  deepEqual(found, [['work/etc'], ['work'], ['opt'], ['opt/etc']]);
});

test('without a config and without a command the usage is wrong, and says what to do', async () => {
  await using rig = await Rig.open();

  await using init = new Pid1(after(hideMachineConfig, [tsupervisor]), { cwd: rig.scratch.folder });

  equal((await init.exit()).code, 2);
  match(init.stderr.text, /No config file found at default paths \(.*supervisord\.conf.*\)/);
  match(init.stderr.text, /-c/);
  match(init.stderr.text, / -- /);
});

test('a config file that is named and is not there ends it with 2', async () => {
  await using rig = await Rig.open();

  await using init = new Pid1([tsupervisor, '-c', rig.scratch.path('none.conf')]);

  equal((await init.exit()).code, 2);
  match(init.stderr.text, /could not find config file .*none\.conf/);
});

test('options that do not exist and words that do not belong end it with 2', async () => {
  for (const argv of [['--nonsense'], ['-c'], ['start', 'web']]) {
    await using init = new Pid1([tsupervisor, ...argv]);
    deepEqual([argv, (await init.exit()).code], [argv, 2]);
    match(init.stderr.text, /not recognized|requires argument|positional arguments are not supported/);
  }
});

test('help and version are answered on standard output', async () => {
  for (const flag of ['-h', '--help', '-v', '--version', 'version']) {
    await using init = new Pid1([tsupervisor, flag]);
    deepEqual([flag, (await init.exit()).code, init.stderr.text], [flag, 0, '']);
    match(init.stdout.text, flag.includes('h') ? /-c/ : /^\d+\.\d+/);
  }
});

test('by the name supervisord the version is that of the Supervisor that we are like', async () => {
  await using rig = await Rig.open();
  const link = rig.scratch.path('supervisord');
  symlinkSync(tsupervisor, link);

  await using init = new Pid1([link, '--version']);
  await init.exit();

  equal(init.stdout.text, '4.3.0\n');
});

test('every mistake in a broken config is told, each with its file and line', async () => {
  await using rig = await Rig.open();
  rig.scratch.write('more/b.conf', '[program:b]\ncommand=/bin/cat\nstopsignal=NOPE\n');
  const config = rig.scratch.write(
    'broken.conf',
    '[supervisord]\n[include]\nfiles=more/*.conf\n[program:a]\ncommand=/bin/cat\nstartsecs=soon\nnumprocs=many\n',
  );

  await using init = new Pid1([tsupervisor, '-c', config]);

  equal((await init.exit()).code, 2);
  match(init.stderr.text, /broken\.conf:6:\d+: .*startsecs.*soon/);
  match(init.stderr.text, /broken\.conf:7:\d+: .*numprocs.*many/);
  match(init.stderr.text, /b\.conf:3:\d+: .*NOPE/);
  equal(activityOf(init).length, 0);
});

test('the executable needs nothing beside itself', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('elsewhere'));
  const copy = join(rig.scratch.folder, 'elsewhere', 'init');
  const hide = `cp ${tsupervisor} ${copy}; mount -t tmpfs tmpfs ${join(tsupervisor, '..', '..')}`;

  await using init = new Pid1(after(hide, [copy, '-c', rig.config([saying(rig, 'alone')])]), {
    cwd: '/',
    env: { HOME: '/nonexistent', PATH: '/bin:/usr/bin' },
  });

  deepEqual([(await init.exit()).code, outputOf(init, 'say')], [0, ['alone']]);
});
