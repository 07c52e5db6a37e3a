import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { activityOf, after, asUser, type Options, program, Rig, settings, stop } from './rig.ts';

const gaveUp = 'INFO gave up: web entered FATAL state, too many start retries too quickly';

/** A way to fail: what the section says, the reason that is told, and the container's exit code. */
interface Failure {
  readonly what: string;
  readonly options: (rig: Rig) => Options;
  readonly why: (rig: Rig) => string;
  readonly code: 126 | 127;
}

const failures: readonly Failure[] = [
  {
    what: 'a command that is not there',
    options: () => ({ command: '/nonexistent/web' }),
    why: () => "can't find command '/nonexistent/web'",
    code: 127,
  },
  {
    what: 'a command that is nowhere in PATH',
    options: () => ({ command: 'no-such-command-anywhere --flag' }),
    why: () => "can't find command 'no-such-command-anywhere'",
    code: 127,
  },
  {
    what: 'a command that is a directory',
    options: () => ({ command: '/tmp' }),
    why: () => "command at '/tmp' is a directory",
    code: 126,
  },
  {
    what: 'a command that is not executable',
    options: (rig) => ({ command: rig.scratch.write('plain', '#!/bin/sh\n') }),
    why: (rig) => `command at '${rig.scratch.path('plain')}' is not executable`,
    code: 126,
  },
  {
    what: 'unbalanced quotes',
    options: () => ({ command: '/bin/echo "one' }),
    why: () => `can't parse command '/bin/echo "one': No closing quotation`,
    code: 126,
  },
  {
    what: 'an empty command',
    options: () => ({ command: '' }),
    why: () => 'command is empty',
    code: 126,
  },
  {
    what: 'an interpreter that is not there',
    options: (rig) => ({ command: rig.scratch.write('script', '#!/nonexistent/interpreter\n', 0o755) }),
    why: (rig) => `couldn't exec ${rig.scratch.path('script')}: ENOENT`,
    code: 127,
  },
  {
    what: 'a file of no format',
    options: (rig) => ({ command: rig.scratch.write('noformat', 'echo hello\n', 0o755) }),
    why: (rig) => `couldn't exec ${rig.scratch.path('noformat')}: ENOEXEC`,
    code: 126,
  },
  {
    what: 'a directory that is not there',
    options: () => ({ command: '/bin/cat', directory: '/nonexistent/folder' }),
    why: () => "couldn't chdir to /nonexistent/folder: ENOENT",
    code: 127,
  },
  {
    what: 'a directory that its user may not enter',
    options: (rig) => {
      mkdirSync(rig.scratch.path('private'), { mode: 0o700 });
      return { command: '/bin/cat', directory: rig.scratch.path('private'), user: 'nobody' };
    },
    why: (rig) => `couldn't chdir to ${rig.scratch.path('private')}: EACCES`,
    code: 127,
  },
  {
    what: 'a command that its user may not execute',
    options: (rig) => ({ command: rig.scratch.write('mine', '#!/bin/sh\n', 0o700), user: 'nobody' }),
    why: (rig) => `couldn't exec ${rig.scratch.path('mine')}: EACCES`,
    code: 126,
  },
  {
    what: 'a log file that is a directory',
    options: (rig) => {
      mkdirSync(rig.scratch.path('taken'));
      return { command: '/bin/cat', stdout_logfile: rig.scratch.path('taken') };
    },
    why: () => "unknown error making dispatchers for 'web': EISDIR",
    code: 126,
  },
];

for (const { what, options, why, code } of failures) {
  test(`${what} is told with its reason, makes the program FATAL, and the container ends with ${code}`, async () => {
    await using rig = await Rig.open();

    await using init = rig.supervise([
      program('web', { ...options(rig), startretries: 0, critical: true }),
      rig.puppet('other'),
    ]);
    equal((await init.exit()).code, code);

    deepEqual(
      activityOf(init).filter((said) => /spawnerr|gave up|exited/.test(said)),
      [`INFO spawnerr: ${why(rig)}`, gaveUp],
    );
    ok(init.stderr.all.at(-1)?.startsWith(`tsupervisor: exit ${code}: `));
    ok(init.stderr.all.at(-1)?.includes(why(rig)));
  });
}

test('a log folder that cannot be written to is told for whoever we are', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('private'), { mode: 0o700 });
  const config = rig.config([
    program('web', {
      command: '/bin/cat',
      stdout_logfile: rig.scratch.path('private/web.log'),
      startretries: 0,
    }),
    rig.puppet('other'),
  ]);

  await using init = new Pid1(asUser(1000, 1000, [tsupervisor, '-c', config]));
  await init.line(/gave up: web/);

  ok(activityOf(init).includes("INFO spawnerr: unknown error making dispatchers for 'web': EACCES"));
  equal(await stop(init), 0);
});

test('a log folder that is not there is a mistake in the config', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: '/bin/cat', stdout_logfile: rig.scratch.path('none/web.log') }),
  ]);

  equal((await init.exit()).code, 2);
  match(init.stderr.text, /supervisord\.conf:\d+:\d+: error: .*none\/web\.log/);
});

test('a user that does not exist is a mistake in the config', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([program('web', { command: '/bin/cat', user: 'nobody-at-all' })]);

  equal((await init.exit()).code, 2);
  match(init.stderr.text, /Error: Invalid user name nobody-at-all/);
});

test('root without the right to change users says so', async () => {
  await using rig = await Rig.open();
  const config = rig.config([
    program('web', { command: '/bin/cat', user: 'nobody', startretries: 0, critical: true }),
  ]);

  const withoutRights = [
    'setpriv',
    '--bounding-set',
    '-setuid,-setgid',
    '--inh-caps',
    '-all',
    tsupervisor,
    '-c',
    config,
  ];
  await using init = new Pid1(after('true', withoutRights));

  equal((await init.exit()).code, 127);
  ok(activityOf(init).includes("INFO spawnerr: couldn't setuid to 65534: EPERM"));
});

test('a start that fails is tried again, and succeeds when the cause is gone', async () => {
  await using rig = await Rig.open();
  const command = rig.scratch.path('later.sh');

  await using init = rig.supervise([program('web', { command, startsecs: 0 })]);
  await init.line(/spawnerr: can't find command/);
  rig.scratch.write('later.sh', '#!/bin/sh\necho here; exec sleep 1000\n', 0o755);
  await init.line(/web \| here/);

  equal(await stop(init), 0);
});

test('the command is searched for in the PATH of the program', async () => {
  await using rig = await Rig.open();
  rig.scratch.write('bin/hello', '#!/bin/sh\necho "hello $1"\n', 0o755);

  await using init = rig.supervise([
    program('web', {
      command: 'hello "big world"',
      environment: `PATH="${rig.scratch.path('bin')}:/bin:/usr/bin"`,
      startsecs: 0,
      autorestart: false,
    }),
  ]);
  equal((await init.exit()).code, 0);

  equal(init.stdout.text, 'web | hello big world\n');
});

test('programs for which there are no descriptors left are told so; the others live', async () => {
  await using rig = await Rig.open();
  const config = rig.config([
    settings({ minfds: 10 }),
    program('first', {
      command: rig.sh(
        `until [ -e ${rig.scratch.path('go')} ]; do sleep 0.05; done; echo still here; exec sleep 1000`,
      ),
      priority: 1,
      startsecs: 0,
    }),
    program('many', {
      command: '/bin/sleep 1000',
      numprocs: 30,
      process_name: '%(program_name)s_%(process_num)02d',
      startretries: 0,
      startsecs: 0,
    }),
  ]);

  await using init = new Pid1(after('ulimit -n 40', [tsupervisor, '-c', config]));
  await init.line(/spawnerr: too many open files to spawn 'many_29'/);
  await init.line(/gave up: many_29/);
  rig.scratch.write('go', '');
  await init.line(/first +\| still here/);

  equal(await stop(init), 0);
});

/** A command that forks until it may not, then says so 20,000 times. */
function forkBomb(rig: Rig): string {
  const path = rig.scratch.write(
    'bomb.py',
    `import os, signal
try:
    while os.fork():
        pass
    signal.pause()
except OSError as error:
    os.write(1, (error.strerror + "\\n").encode() * 20000)
    signal.pause()
`,
  );
  return `/usr/bin/python3 -IS ${path}`;
}

/** What runs as a user of its own, who may have so many processes. */
const withProcesses = (most: number, uid: number, argv: readonly string[]): readonly string[] =>
  asUser(uid, uid, ['/bin/bash', '-c', `ulimit -u ${most}; exec "$@"`, 'bash', ...argv]);

test('a program for which there is no room among the processes is told so, and is tried again when there is', async () => {
  await using rig = await Rig.open();
  const late = rig.scratch.path('late.sh');
  const config = rig.config([
    settings({ minprocs: 1 }),
    program('bomb', { command: forkBomb(rig), startsecs: 0, autorestart: false }),
    program('late', { command: late, startsecs: 0, startretries: 'unlimited' }),
  ]);

  await using init = new Pid1(withProcesses(60, 4322, [tsupervisor, '-c', config]));
  await init.line(/bomb \| Resource temporarily unavailable/);
  rig.scratch.write('late.sh', '#!/bin/sh\necho here; exec sleep 1000\n', 0o755);
  await init.line(/spawnerr: Too many processes in process table to spawn 'late'/);
  await init.run(['/usr/bin/pkill', '-KILL', '-f', 'bomb.py']);
  await init.line(/late \| here/);

  equal(await stop(init), 0);
});

test('we live on when a program uses up every process before anything else has happened', async () => {
  await using rig = await Rig.open();
  const config = rig.config([
    settings({ minprocs: 1, silent: true }),
    program('bomb', { command: forkBomb(rig), startsecs: 0, autorestart: false }),
  ]);

  await using init = new Pid1(withProcesses(40, 4323, [tsupervisor, '-c', config]));
  await init.stdout.matching(/bomb \| Resource temporarily unavailable/, 20_000);

  equal(await stop(init), 0);
});

test('no more descriptors than programs may use are left open by starts that fail', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('bad', {
      command: '/nonexistent/bad',
      numprocs: 30,
      process_name: '%(program_name)s_%(process_num)02d',
      startretries: 0,
    }),
    program('chdir', {
      command: '/bin/cat',
      directory: '/nonexistent',
      numprocs: 30,
      process_name: '%(program_name)s_%(process_num)02d',
      startretries: 0,
    }),
    rig.puppet('web', { priority: 1000 }),
  ]);
  await init.stderr.matching(/gave up/, 60);
  await init.line(/success: web/);
  const { stdout } = await init.run(['/bin/sh', '-c', 'ls -l /proc/1/fd | grep -c pipe:']);

  // Ours: standard output and error, each perhaps opened twice; of web: stdin, stdout, stderr; Node's own wakeups.
  ok(Number(stdout) <= 12, `${stdout.trim()} pipes`);
});
