import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import type { Identity } from '../support/puppet.ts';
import { after, outputOf, type Options, program, Rig, stop } from './rig.ts';

const once = { startsecs: 0, autorestart: false };
const id = (...flags: readonly string[]): number => Number(execFileSync('id', flags, { encoding: 'utf8' }));
const www = id('-u', 'www-data');
const nogroup = 65_534;

async function identityWith(rig: Rig, options: Options): Promise<Identity> {
  await using init = rig.supervise([rig.puppet('web', options)]);
  const identity = await (await rig.stage.next('web')).identity();
  equal(await stop(init), 0);
  return identity;
}

for (const [user, uid, gid] of [
  ['www-data', www, id('-g', 'www-data')],
  [String(www), www, id('-g', 'www-data')],
  ['www-data:nogroup', www, nogroup],
  [`${www}:${nogroup}`, www, nogroup],
] as const) {
  test(`user=${user} is the real, effective and saved identity of the program`, async () => {
    await using rig = await Rig.open();

    const { uids, gids } = await identityWith(rig, { user });

    deepEqual(
      [uids, gids],
      [
        [uid, uid, uid],
        [gid, gid, gid],
      ],
    );
  });
}

test('a program has the supplementary groups of its user, and none of ours', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('web', { user: 'www-data' })]);
  const join =
    'cp /etc/group /run/group; echo "extra:x:4711:www-data,nobody" >> /run/group; mount --bind /run/group /etc/group';
  const withGroups = ['setpriv', '--groups', '1,2,3', tsupervisor, '-c', config];

  await using init = new Pid1(after(join, withGroups));
  const { groups } = await (await rig.stage.next('web')).identity();

  deepEqual(
    groups,
    [...new Set([4711, id('-g', 'www-data')])].toSorted((a, b) => a - b),
  );
  equal(await stop(init), 0);
});

test('a root without capabilities runs a program as root, with the groups that it has', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('web', { user: 'root' })]);
  const without = ['--bounding-set', '-all', '--inh-caps', '-all', '--groups', '5,6'];

  await using init = new Pid1(['setpriv', ...without, tsupervisor, '-c', config]);
  const { uids, groups } = await (await rig.stage.next('web')).identity();

  deepEqual(
    [uids, groups],
    [
      [0, 0, 0],
      [5, 6],
    ],
  );
  equal(await stop(init), 0);
});

test('HOME, USER and LOGNAME follow the user', async () => {
  await using rig = await Rig.open();

  const { environment } = await identityWith(rig, { user: 'www-data' });

  deepEqual(
    [environment['HOME'], environment['USER'], environment['LOGNAME']],
    ['/var/www', 'www-data', 'www-data'],
  );
});

test('environment= wins over them, and set_home=false leaves them as they were', async () => {
  await using rig = await Rig.open();

  const own = await identityWith(rig, { user: 'www-data', environment: 'HOME="/srv"' });
  const left = await identityWith(rig, { user: 'www-data', set_home: false });

  deepEqual([own.environment['HOME'], own.environment['USER']], ['/srv', 'www-data']);
  deepEqual(
    ['HOME', 'USER', 'LOGNAME'].map((name) => left.environment[name]),
    ['HOME', 'USER', 'LOGNAME'].map((name) => process.env[name]),
  );
});

test('without user= a program is who we are, with our HOME', async () => {
  await using rig = await Rig.open();

  const { uids, environment } = await identityWith(rig, {});

  deepEqual(uids, [process.getuid?.(), process.geteuid?.(), process.getuid?.()]);
  equal(environment['HOME'], process.env['HOME']);
});

test('umask is set for the program alone', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('tight', { umask: '027' }), rig.puppet('other')]);
  const umasks = [
    (await (await rig.stage.next('tight')).identity()).umask,
    (await (await rig.stage.next('other')).identity()).umask,
  ];
  await stop(init);

  deepEqual(umasks, [0o027, process.umask()]);
});

test('directory is where the program starts, entered as its user', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('here'));

  const { cwd } = await identityWith(rig, { directory: rig.scratch.path('here'), user: 'nobody' });

  equal(cwd, rig.scratch.path('here'));
});

test('a folder that only its user may enter can be its directory', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('theirs'), { mode: 0o700 });
  execFileSync('chown', ['www-data', rig.scratch.path('theirs')]);
  const config = rig.config([
    program('web', { command: '/bin/pwd', directory: rig.scratch.path('theirs'), user: 'www-data', ...once }),
  ]);

  // Without the capability that lets root enter anything.
  const bounded = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', tsupervisor, '-c', config];
  await using init = new Pid1(bounded);
  equal((await init.exit()).code, 0);

  deepEqual(outputOf(init, 'web'), [rig.scratch.path('theirs')]);
});

test('a program has no descriptors beside the three standard ones', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('first', { stdout_logfile: rig.scratch.path('first.log') }),
    program('web', { command: '/bin/ls /proc/self/fd', priority: 1000, ...once }),
  ]);
  await init.line(/exited: web/);
  await rig.stage.next('first');
  await stop(init);

  // 3 is the folder that ls reads.
  deepEqual(outputOf(init, 'web'), ['0', '1', '2', '3']);
});

test('a descriptor that we were given is not handed on', async () => {
  await using rig = await Rig.open();
  const config = rig.config([program('web', { command: '/bin/ls /proc/self/fd', ...once })]);

  await using init = new Pid1(after('exec 5</dev/null 9>/dev/null', [tsupervisor, '-c', config]));
  await init.exit();

  deepEqual(outputOf(init, 'web'), ['0', '1', '2', '3']);
});

test('a program begins with a clean signal mask and default dispositions, whatever ours are', async () => {
  await using rig = await Rig.open();
  const config = rig.config([program('web', { command: '/bin/cat /proc/self/status', ...once })]);
  const ignoring = ['/bin/sh', '-c', 'trap "" HUP USR1 PIPE; exec "$@"', 'sh', tsupervisor, '-c', config];

  for (const argv of [[tsupervisor, '-c', config], ignoring]) {
    await using init = new Pid1(argv);
    await init.exit();
    deepEqual(
      outputOf(init, 'web')
        .filter((line) => /^Sig(Blk|Ign|Cgt)/.test(line))
        .map((line) => line.replace(/\s+/, ' ')),
      ['SigBlk: 0000000000000000', 'SigIgn: 0000000000000000', 'SigCgt: 0000000000000000'],
    );
  }
});

test('a program leads a process group of its own in our session', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const { pid, pgid, sid } = await (await rig.stage.next('web')).identity();
  const own = (await init.processes()).find((entry) => entry.pid === 1);
  await stop(init);

  deepEqual([pgid, sid], [pid, own?.sid]);
});

test('a program is a child of ours, and its streams are pipes that it owns', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: '/usr/bin/stat -L -c "%%F %%U" /dev/stdin /dev/stdout /dev/stderr',
      user: 'www-data',
      ...once,
    }),
  ]);
  await init.exit();

  deepEqual(outputOf(init, 'web'), ['fifo www-data', 'fifo www-data', 'fifo www-data']);
});

test('standard input gives nothing and does not end', async () => {
  await using rig = await Rig.open();
  const script = rig.sh('timeout 0.3 cat; echo "cat ended with $?"');

  await using init = rig.supervise([program('web', { command: script, ...once })]);
  await init.exit();

  deepEqual(outputOf(init, 'web'), ['cat ended with 124']);
});

test('the limits of a program are set for it alone', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('web', { limit_nofile: 4096, limit_core: 0, nice: 5, oom_score_adj: 300, no_new_privs: true }),
    rig.puppet('other'),
  ]);
  const web = await rig.stage.next('web');
  const { openFiles, nice, oomScoreAdj, noNewPrivs } = await web.identity();
  const core = await web.limit('CORE');
  const other = await (await rig.stage.next('other')).identity();
  await stop(init);

  deepEqual([openFiles, core, nice, oomScoreAdj, noNewPrivs], [[4096, 4096], [0, 0], 5, 300, true]);
  deepEqual([other.nice, other.noNewPrivs], [0, false]);
  ok(other.openFiles[0] !== 4096);
});

const limited = (argv: readonly string[]): readonly string[] =>
  after('ulimit -Sn 2048; ulimit -Hn 8192', argv);

test('the soft limit of open files is what it was when we were started, for programs and for a command', async () => {
  await using rig = await Rig.open();
  const script = rig.sh('ulimit -Sn; ulimit -Hn');
  const config = rig.config([program('web', { command: script, ...once })]);

  await using init = new Pid1(limited([tsupervisor, '-c', config]));
  await init.exit();
  await using alone = new Pid1(limited([tsupervisor, '--', script]));
  await alone.exit();

  deepEqual(
    [outputOf(init, 'web'), alone.stdout.all],
    [
      ['2048', '8192'],
      ['2048', '8192'],
    ],
  );
});

test('user= in [supervisord] makes us that user before anything is started', async () => {
  await using rig = await Rig.open();
  const config = rig.config(['[supervisord]\nuser=www-data\n', rig.puppet('web')]);

  await using init = new Pid1([tsupervisor, '-c', config]);
  const { uids } = await (await rig.stage.next('web')).identity();
  const { stdout } = await init.run(['/bin/grep', '^Uid', '/proc/1/status']);
  await stop(init);

  deepEqual(uids, [www, www, www]);
  match(stdout, new RegExp(`^Uid:\\s${www}\\s${www}\\s${www}\\s${www}`));
});
