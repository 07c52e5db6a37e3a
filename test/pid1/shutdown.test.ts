import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, program, Rig, section, settings, stop, stuck } from './rig.ts';

const stoppedIn = (init: Pid1): readonly string[] =>
  activityOf(init).flatMap((said) => /stopped: (\w+)/.exec(said)?.[1] ?? []);

test('a control socket that cannot be removed keeps it from nothing', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([section('unix_http_server', { file: '/run/s.sock' }), rig.puppet('web')]);
  await rig.stage.next('web');
  await init.run(['mount', '-o', 'remount,ro', '/run']);
  await init.signal('SIGTERM');

  equal((await init.exit()).code, 0);
  ok(!init.stderr.text.includes('uncaught'));
});

test('programs stop in the reverse order of their priorities, each after the ones above have ended', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('db', { priority: 1 }),
    rig.puppet('cache', { priority: 5 }),
    rig.puppet('web', { priority: 10 }),
  ]);
  const [db, cache, web] = [
    await rig.stage.next('db'),
    await rig.stage.next('cache'),
    await rig.stage.next('web'),
  ];
  for (const puppet of [db, cache, web]) await puppet.report('SIGTERM');
  await init.signal('SIGTERM');

  equal(await web.signal(), 'SIGTERM');
  await web.exit(0);
  equal(await cache.signal(), 'SIGTERM');
  await cache.exit(0);
  equal(await db.signal(), 'SIGTERM');
  await db.exit(0);
  equal((await init.exit()).code, 0);
  deepEqual(stoppedIn(init), ['web', 'cache', 'db']);
});

test('programs of one rank are asked at once, and none waits for another', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise(['a', 'b', 'c'].map((name) => rig.puppet(name)));
  const puppets = await Promise.all(['a', 'b', 'c'].map((name) => rig.stage.next(name)));
  for (const puppet of puppets) await puppet.report('SIGTERM');
  await init.signal('SIGTERM');

  // All three have it while all three live.
  deepEqual(await Promise.all(puppets.map((puppet) => puppet.signal())), ['SIGTERM', 'SIGTERM', 'SIGTERM']);
  for (const puppet of puppets) await puppet.exit(0);
  equal((await init.exit()).code, 0);
  ok(activityOf(init).includes('INFO waiting for a, b, c to die'));
});

test('a group stops at its own priority', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('a', { priority: 1 }),
    rig.puppet('b', { priority: 999 }),
    section('group:late', { programs: 'a', priority: 1000 }),
  ]);
  await rig.stage.next('a');
  await rig.stage.next('b');
  equal(await stop(init), 0);

  deepEqual(stoppedIn(init), ['a', 'b']);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) {
  test(`${signal} stops everything, and the exit code is 0`, async () => {
    await using rig = await Rig.open();

    await using init = rig.supervise([rig.puppet('web')]);
    await rig.stage.next('web');
    await init.signal(signal);
    equal((await init.exit()).code, 0);

    ok(activityOf(init).includes(`WARN received ${signal} indicating exit request`));
    match(init.stderr.all.at(-1) ?? '', new RegExp(`^tsupervisor: exit 0: stopped by ${signal} after `));
  });
}

test('exit_code_on_stop is the exit code of a requested stop', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([settings({ exit_code_on_stop: 143 }), rig.puppet('web')]);
  await rig.stage.next('web');

  equal(await stop(init), 143);
});

for (const [what, options, env] of [
  ['shutdown_timeout', { shutdown_timeout: '2500ms' }, {}],
  ['$TSUPERVISOR_SHUTDOWN_TIMEOUT', { shutdown_timeout: 100 }, { TSUPERVISOR_SHUTDOWN_TIMEOUT: '2500ms' }],
] as const) {
  test(`when ${what} is used up, everything left is killed, at once and by name`, async () => {
    await using rig = await Rig.open();

    await using init = rig.supervise(
      [
        settings(options),
        rig.puppet('deaf', { priority: 20, stopwaitsecs: 1000 }),
        rig.puppet('never_asked', { priority: 10, stopwaitsecs: 1000 }),
        // SIGKILL: it has ended long before the time is used up, however busy the machine is.
        rig.puppet('listens', { priority: 30, stopsignal: 'KILL' }),
      ],
      { env },
    );
    for (const name of ['deaf', 'never_asked']) await (await rig.stage.next(name)).ignore('SIGTERM');
    await rig.stage.next('listens');
    equal(await stop(init), 0);

    ok(activityOf(init).includes('WARN shutdown_timeout is used up: killing never_asked, deaf with SIGKILL'));
    deepEqual(stoppedIn(init)[0], 'listens');
    deepEqual(stoppedIn(init).toSorted(), ['deaf', 'listens', 'never_asked']);
  });
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) {
  test(`a second ${signal} kills what is left at once`, async () => {
    await using rig = await Rig.open();

    await using init = rig.supervise([
      rig.puppet('web', { priority: 20, stopwaitsecs: 1000 }),
      rig.puppet('db', { priority: 10, stopwaitsecs: 1000 }),
    ]);
    const web = await rig.stage.next('web');
    await rig.stage.next('db');
    await web.report('SIGTERM');
    await init.signal(signal);
    await web.signal();
    await init.signal(signal);
    equal((await init.exit()).code, 0);

    ok(activityOf(init).some((said) => said.startsWith('WARN asked to stop a second time: killing')));
    ok(activityOf(init).includes("WARN killing 'web' (N) with SIGKILL"));
  });
}

test('a program in BACKOFF does not delay the end', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('bad', { command: rig.sh('exit 1'), startsecs: 100, startretries: 1000, stopwaitsecs: 1000 }),
    rig.puppet('web', { priority: 1 }),
  ]);
  await init.stderr.matching(/exited: bad/, 2);

  equal(await stop(init), 0);
  deepEqual(stoppedIn(init), ['web']);
});

test('a program that ends by itself during the stop is not started again', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('db', { priority: 1, autorestart: true }),
    rig.puppet('web', { priority: 10 }),
  ]);
  const [db, web] = [await rig.stage.next('db'), await rig.stage.next('web')];
  await web.report('SIGTERM');
  await init.signal('SIGTERM');
  await web.signal();
  await db.exit(5);
  await init.line(/exited: db \(exit status 5; not expected\)/);
  await web.exit(0);

  equal((await init.exit()).code, 0);
  equal(rig.stage.starts('db'), 1);
});

test('what programs leave behind does not hold up the end', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  await web.orphan(0, { keepsOutput: true });
  await web.fork();

  equal(await stop(init), 0);
});

test('all output is out before the end, also when the reader is slow', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.sh('trap "seq 1 50000; exit 0" TERM; echo up; while :; do sleep 0.01; done'),
    }),
  ]);
  await init.line(/web \| up/);
  await stop(init);

  equal(init.stdout.all.at(-1), 'web | 50000');
});

test('a reader that has stopped reading does not hold up the end until the runtime kills us', async () => {
  await using rig = await Rig.open();
  const config = rig.config([settings({ shutdown_timeout: 1 }), rig.puppet('web')]);

  await using init = new Pid1([
    '/bin/sh',
    '-c',
    `{ ${tsupervisor} -c ${config}; echo "code $?" >&2; } | sleep 1000`,
  ]);
  const web = await rig.stage.next('web');
  const flood = web.flood(1, 50_000_000).catch(() => undefined);
  const own = await waitFor('tsupervisor', async () =>
    (await init.processes()).find(({ command }) => command.startsWith(tsupervisor)),
  );
  await stuck(init, { writer: web.pid, own: own.pid });
  const beganAt = performance.now();
  await init.run(['kill', '-TERM', String(own.pid)]);
  await init.stderr.line(/code 0/);
  const tookMs = performance.now() - beganAt;
  await init.stderr.line(/output is lost/);
  await flood;

  // docker stop waits for ten seconds.
  ok(tookMs < 8000, `it took ${tookMs} ms`);
});

test('a request to stop is heard amid programs that crash and are started again all the time', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('crash', {
      command: rig.sh('exit 3'),
      process_name: '%(process_num)s',
      numprocs: 100,
      startsecs: 0,
    }),
  ]);
  await init.line(/exited: /);
  equal(await stop(init), 0);

  // The first hundred restarts of each are immediate: ten thousand are many seconds.
  const starts = activityOf(init).filter((said) => said.includes('spawned: ')).length;
  ok(starts < 5000, `${starts} starts`);
});
