import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, after, asUser, program, Rig, section, settings, stop } from './rig.ts';

test('nothing is written: the whole file system may be read-only', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('web')]);
  const lock = [
    'mount --make-rprivate /',
    'mount -o remount,bind,ro /',
    'mount -o remount,ro /run',
    'if mountpoint -q /tmp; then mount -o remount,bind,ro /tmp; fi',
    '! touch /tmp/x 2>/dev/null',
  ].join('\n');

  await using init = new Pid1(after(lock, [tsupervisor, '-c', config]), { cwd: '/' });
  const web = await rig.stage.next('web');
  await web.write(1, 'here\n');
  await init.line(/web \| here/);

  equal(await stop(init), 0);
});

test('nothing is written where writing is possible: no pidfile, no log, no AUTO files', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('cwd'));
  mkdirSync(rig.scratch.path('tmp'));
  const config = rig.config([rig.puppet('web')]);

  await using init = new Pid1([tsupervisor, '-c', config], {
    cwd: rig.scratch.path('cwd'),
    env: { TMPDIR: rig.scratch.path('tmp') },
  });
  await rig.stage.next('web');
  const code = await stop(init);

  equal(code, 0);
  deepEqual([readdirSync(rig.scratch.path('cwd')), readdirSync(rig.scratch.path('tmp'))], [[], []]);
});

for (const [who, uid, gid] of [
  ['user 1000', 1000, 1000],
  ['a user without a passwd entry', 1_000_660_000, 0],
] as const) {
  test(`it runs as ${who}`, async () => {
    await using rig = await Rig.open();
    const config = rig.config([rig.puppet('web')]);

    await using init = new Pid1(asUser(uid, gid, [tsupervisor, '-c', config]), { cwd: '/' });
    const web = await rig.stage.next('web');
    const { uids, gids, cwd } = await web.identity();
    await web.write(1, 'out\n');
    await web.write(2, 'err\n');
    await init.stdout.line(/web \| out/);
    await init.stderr.line(/web \| err/);

    deepEqual([uids, gids, cwd], [[uid, uid, uid], [gid, gid, gid], '/']);
    equal(await stop(init), 0);
  });
}

test('user= is only a warning where we are not root, and the program runs as we are', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('web', { user: 'nobody' })]);

  await using init = new Pid1(asUser(1000, 1000, [tsupervisor, '-c', config]));
  const { uids, environment } = await (await rig.stage.next('web')).identity();

  match(await init.line(/WARN .*nobody/), /not root; it runs as we are/);
  equal(uids[0], 1000);
  equal(environment['USER'] === 'nobody', false);
  equal(await stop(init), 0);
});

test('programs are spawned in the order of their priorities, then of their names', async () => {
  await using rig = await Rig.open();
  const names = { c: 1, a: 20, d: 20, b: -5, e: undefined };

  await using init = rig.supervise(
    Object.entries(names).map(([name, priority]) =>
      rig.puppet(name, priority === undefined ? {} : { priority }),
    ),
  );
  await init.stderr.matching(/success:/, 5);

  const spawned = init.stderr.all.filter((line) => line.includes('spawned:'));
  deepEqual(
    spawned.map((line) => /'(.)'/.exec(line)?.[1]),
    ['b', 'c', 'a', 'd', 'e'],
  );
  const pids = spawned.map((line) => Number(/pid (\d+)/.exec(line)?.[1]));
  deepEqual(
    pids,
    pids.toSorted((one, two) => one - two),
  );
  equal(await stop(init), 0);
});

test('a group starts at its own priority, its programs in the order of programs=', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('last', { priority: 600 }),
    rig.puppet('one', { priority: 1 }),
    rig.puppet('two', { priority: 2 }),
    section('group:both', { programs: 'two,one', priority: 500 }),
    rig.puppet('first', { priority: 400 }),
  ]);
  await init.stderr.matching(/success:/, 4);

  deepEqual(
    init.stderr.all.flatMap((line) => /spawned: '(\w+)'/.exec(line)?.[1] ?? []),
    ['first', 'two', 'one', 'last'],
  );
});

test('numprocs makes several processes, numbered from numprocs_start', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.stage.command('web%(process_num)02d'),
      process_name: '%(program_name)s_%(process_num)02d',
      numprocs: 3,
      numprocs_start: 7,
      startsecs: 0,
    }),
  ]);
  const webs = await Promise.all(['web07', 'web08', 'web09'].map((name) => rig.stage.next(name)));
  const told = await Promise.all(webs.map(async (web) => (await web.identity()).environment));

  deepEqual(
    told.map((env) => [env['SUPERVISOR_GROUP_NAME'], env['SUPERVISOR_PROCESS_NAME']]),
    [
      ['web', 'web_07'],
      ['web', 'web_08'],
      ['web', 'web_09'],
    ],
  );

  equal(await stop(init), 0);
});

test('included files are read, relative to the file that includes them', async () => {
  await using rig = await Rig.open();
  rig.scratch.write('conf.d/b.conf', rig.puppet('b'));
  rig.scratch.write('conf.d/a.ini', rig.puppet('a'));
  rig.scratch.write('conf.d/not.txt', '[program:broken');

  await using init = rig.supervise([section('include', { files: 'conf.d/*.conf conf.d/*.ini none/*.conf' })]);
  await rig.stage.next('a');
  await rig.stage.next('b');
  await init.stderr.matching(/success:/, 2);

  match(activityOf(init).join('\n'), /INFO Included extra file ".*conf\.d\/b\.conf" during parsing/);
  match(activityOf(init).join('\n'), /WARN No file matches via include ".*none\/\*\.conf"/);
});

test('the environment of a program is ours, then SUPERVISOR_*, then [supervisord], then its own', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise(
    [
      settings({ environment: 'ALL="1",BOTH="all",FROM="%(ENV_FRUIT)s"' }),
      rig.puppet('web', { environment: 'BOTH="own",PERCENT="5%%",HERE="%(here)s",NAME="%(program_name)s"' }),
      section('group:g', { programs: 'web' }),
    ],
    { env: { FRUIT: 'pear', NODE_OPTIONS: '--max-old-space-size=99' } },
  );
  const { environment: env } = await (await rig.stage.next('web')).identity();

  deepEqual(
    [env['FRUIT'], env['NODE_OPTIONS'], env['ALL'], env['BOTH'], env['FROM'], env['PERCENT']],
    ['pear', '--max-old-space-size=99', '1', 'own', 'pear', '5%'],
  );
  deepEqual([env['HERE'], env['NAME']], [rig.scratch.folder, 'web']);
  deepEqual(
    [env['SUPERVISOR_ENABLED'], env['SUPERVISOR_PROCESS_NAME'], env['SUPERVISOR_GROUP_NAME']],
    ['1', 'web', 'g'],
  );
  ok(!Object.keys(env).some((name) => name.startsWith('PKG_') || name.startsWith('NODE_FFI')));

  equal(await stop(init), 0);
});

test('the activity log tells the life of a program in the words and levels of supervisord', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web', { exitcodes: '0,3', autorestart: true })]);
  await (await rig.stage.next('web')).exit(3);
  await (await rig.stage.next('web')).exit(4);
  await (await rig.stage.next('web')).die('SIGKILL');
  await rig.stage.next('web');
  await init.stderr.matching(/success:/, 4);
  await stop(init);

  const up = [
    "INFO spawned: 'web' with pid N",
    'INFO success: web entered RUNNING state, process has stayed up for > than 0 seconds (startsecs)',
  ];
  deepEqual(activityOf(init), [
    'INFO supervisord started with pid N',
    ...up,
    'INFO exited: web (exit status 3; expected)',
    ...up,
    'WARN exited: web (exit status 4; not expected)',
    ...up,
    'WARN exited: web (terminated by SIGKILL; not expected)',
    ...up,
    'WARN received SIGTERM indicating exit request',
    'INFO waiting for web to die',
    'WARN stopped: web (terminated by SIGTERM)',
  ]);
});

test('no line frightens because of root or of a missing password', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  await rig.stage.next('web');
  await stop(init);

  deepEqual(
    activityOf(init).filter((said) => said.startsWith('CRIT')),
    [],
  );
});

test('signals without a meaning are harmless', async () => {
  await using rig = await Rig.open();
  const harmless = [
    'SIGUSR1',
    'SIGALRM',
    'SIGPIPE',
    'SIGWINCH',
    'SIGCONT',
    'SIGIO',
    'SIGVTALRM',
    'SIGURG',
  ] as const;

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  for (const signal of harmless) await init.signal(signal);
  for (const signal of harmless) await init.run(['kill', '-s', signal.slice(3), '1']);

  equal((await web.identity()).ppid, 1);
  equal(rig.stage.starts('web'), 1);
  equal(await stop(init), 0);
});

test('a request to stop that comes while programs are starting is obeyed', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web', { startsecs: 100 })]);
  await init.line(/supervisord started/);

  equal(await stop(init), 0);
  ok(!init.stderr.text.includes('success:'));
});

for (const what of ['without servers', 'with a server'] as const) {
  test(`requests to stop that come from the very first moment on are obeyed, ${what}`, async () => {
    await using rig = await Rig.open();
    const server = section('unix_http_server', { file: rig.scratch.path('s.sock') });

    await using init = rig.supervise([...(what === 'with a server' ? [server] : []), rig.puppet('web')]);
    let isOver = false;
    const end = init.exit().then(({ code }) => {
      isOver = true;
      return code;
    });
    await waitFor('the end', () => {
      if (!isOver) void init.signal('SIGTERM').catch(() => undefined);
      return isOver;
    });

    equal(await end, 0);
  });
}

test('a pidfile that is asked for holds our pid and goes with us', async () => {
  await using rig = await Rig.open();
  const pidfile = rig.scratch.path('s.pid');

  await using init = rig.supervise([settings({ pidfile }), rig.puppet('web')]);
  await rig.stage.next('web');
  await init.line(/supervisord started/);
  const content = rig.scratch.read('s.pid');
  await stop(init);

  deepEqual([content, existsSync(pidfile)], ['1\n', false]);
});

for (const [obstacle, put] of [
  ['a folder', (path: string) => mkdirSync(path)],
  ['a FIFO that nobody reads', (path: string) => void execFileSync('mkfifo', [path])],
  ['a link to another file', (path: string) => symlinkSync('/run/other', path)],
] as const)
  test(`a pidfile in whose place there is ${obstacle} is told, and the programs run`, async () => {
    await using rig = await Rig.open();
    const pidfile = rig.scratch.path('s.pid');
    put(pidfile);

    await using init = rig.supervise([settings({ pidfile }), rig.puppet('web')]);
    await rig.stage.next('web');
    await init.line(/CRIT could not write pidfile/);

    equal(existsSync(await init.path('/run/other')), false);
    equal(await stop(init), 0);
  });

test('it stays in the foreground whatever nodaemon says, and is a drop-in under the name supervisord', async () => {
  await using rig = await Rig.open();
  const link = rig.scratch.path('supervisord');
  symlinkSync(tsupervisor, link);
  const config = rig.config([settings({ nodaemon: false, umask: '077' }), rig.puppet('web')]);

  await using init = new Pid1([link, '-n', '-c', config]);
  const { ppid } = await (await rig.stage.next('web')).identity();

  equal(ppid, 1);
  equal(await stop(init), 0);
});
