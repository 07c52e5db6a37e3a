import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, program, Rig, stop } from './rig.ts';

const spawned = (name: string): string => `INFO spawned: '${name}' with pid N`;
const up = (name: string, seconds = 0): string =>
  `INFO success: ${name} entered RUNNING state, process has stayed up for > than ${seconds} seconds (startsecs)`;
const gaveUp = (name: string): string =>
  `INFO gave up: ${name} entered FATAL state, too many start retries too quickly`;

test('a program that crashes again and again is started as often', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  for (let count = 1; count <= 5; count++) {
    const web = await rig.stage.next('web');
    await (count % 2 === 0 ? web.die('SIGKILL') : web.exit(count));
  }
  await rig.stage.next('web');

  equal(rig.stage.starts('web'), 6);
  equal(await stop(init), 0);
});

test('a killed program is back as a new process with a group of its own', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const first = await rig.stage.next('web');
  await init.run(['kill', '-KILL', String(first.pid)]);
  const { pid, pgid } = await (await rig.stage.next('web')).identity();

  ok(pid !== first.pid);
  equal(pgid, pid);
});

test('a program that ends before startsecs is tried startretries times more and is FATAL then', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('exit 0'), startsecs: 5, startretries: 1, autorestart: false }),
    rig.puppet('other'),
  ]);
  await init.line(/gave up: web/);

  const failed = [spawned('web'), 'WARN exited: web (exit status 0; not expected)'];
  deepEqual(
    activityOf(init).filter((said) => said.includes('web')),
    [...failed, ...failed, gaveUp('web')],
  );
  equal(await stop(init), 0);
});

test('startretries=0 tries once', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('exit 3'), startsecs: 5, startretries: 0 }),
    rig.puppet('other'),
  ]);
  await init.line(/gave up: web/);

  equal(activityOf(init).filter((said) => said === spawned('web')).length, 1);
});

test('startretries=unlimited goes on', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('exit 3'), startsecs: 5, startretries: 'unlimited' }),
  ]);
  await init.stderr.matching(/spawned: 'web'/, 3);

  ok(!init.stderr.text.includes('gave up'));
  equal(await stop(init), 0);
});

test('a program is RUNNING when it has stayed up for startsecs, and not before', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web', { startsecs: 1 }), rig.puppet('quick')]);
  await rig.stage.next('web');
  await init.line(/success: web/);

  const said = activityOf(init);
  ok(said.indexOf(up('quick')) < said.indexOf(up('web', 1)));
  ok(said.indexOf(up('quick')) >= 0);
});

for (const [autorestart, code, starts] of [
  ['true', 0, 2],
  ['false', 3, 1],
  ['unexpected', 0, 1],
  ['unexpected', 3, 2],
  ['unexpected', 7, 1],
] as const) {
  const verb = starts === 2 ? 'is started again' : 'is not started again';
  test(`with autorestart=${autorestart} and exitcodes=0,7 a program that exits with ${code} ${verb}`, async () => {
    await using rig = await Rig.open();

    await using init = rig.supervise([
      rig.puppet('web', { autorestart, exitcodes: '0,7' }),
      rig.puppet('other', { autorestart: true }),
    ]);
    await (await rig.stage.next('web')).exit(code);
    await init.line(/exited: web/);
    // What was to be started again because of web is started before what happens later.
    await (await rig.stage.next('other')).exit(0);
    await rig.stage.next('other');
    await init.stderr.matching(/spawned: 'other'/, 2);

    const word = code === 0 || code === 7 ? 'INFO' : 'WARN';
    const expected = word === 'INFO' ? 'expected' : 'not expected';
    ok(activityOf(init).includes(`${word} exited: web (exit status ${code}; ${expected})`));
    equal(activityOf(init).filter((said) => said === spawned('web')).length, starts);
  });
}

test('a death by a signal is never expected', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web', { autorestart: 'unexpected', exitcodes: '0,15,143' })]);
  await (await rig.stage.next('web')).die('SIGTERM');
  await rig.stage.next('web');

  await init.line(/WARN exited: web \(terminated by SIGTERM; not expected\)/);
  equal(await stop(init), 0);
});

test('autostart=false leaves a program alone', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('lazy', { autostart: false }), rig.puppet('web')]);
  await init.line(/success: web/);

  equal(rig.stage.starts('lazy'), 0);
  equal(await stop(init), 0);
});

test('stopsignal is what a program gets', async () => {
  for (const [stopsignal, name] of [
    ['INT', 'SIGINT'],
    ['SIGUSR1', 'SIGUSR1'],
    ['quit', 'SIGQUIT'],
    ['1', 'SIGHUP'],
  ] as const) {
    await using rig = await Rig.open();
    await using init = rig.supervise([rig.puppet('web', { stopsignal, exitcodes: '0,9' })]);
    const web = await rig.stage.next('web');
    await web.ignore('SIGTERM');
    await web.exitOn(name, 9);
    await init.signal('SIGTERM');
    await init.exit();
    deepEqual([name, activityOf(init).at(-1)], [name, 'INFO stopped: web (exit status 9)']);
  }
});

test('a list of stop signals is gone through, one each stopwaitsecs', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web', { stopsignal: 'TERM,INT,QUIT', stopwaitsecs: 1 })]);
  const web = await rig.stage.next('web');
  await web.report('SIGTERM');
  await web.report('SIGINT');
  await web.exitOn('SIGQUIT', 0);
  await init.signal('SIGTERM');

  deepEqual([await web.signal(), await web.signal()], ['SIGTERM', 'SIGINT']);
  equal((await init.exit()).code, 0);
  equal(activityOf(init).at(-1), 'INFO stopped: web (exit status 0)');
});

test('a program that ignores its stop signal is killed after stopwaitsecs', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web', { stopwaitsecs: 1 })]);
  const web = await rig.stage.next('web');
  await web.report('SIGTERM');
  await init.signal('SIGTERM');
  equal(await web.signal(), 'SIGTERM');
  equal((await init.exit()).code, 0);

  deepEqual(activityOf(init).slice(-2), [
    "WARN killing 'web' (N) with SIGKILL",
    'WARN stopped: web (terminated by SIGKILL)',
  ]);
});

test('without stopasgroup only the program itself gets the signal; with it, its children do too', async () => {
  for (const stopasgroup of [false, true]) {
    await using rig = await Rig.open();
    await using init = rig.supervise([
      rig.puppet('web', { stopasgroup }),
      rig.puppet('holder', { priority: 1, stopwaitsecs: 30 }),
    ]);
    const holder = await rig.stage.next('holder');
    await holder.report('SIGTERM');
    const child = await (await rig.stage.next('web')).fork();
    await init.signal('SIGTERM');
    // The holder is stopped last: web and what was signalled with it are gone then.
    await holder.signal();
    const isAlive = async (): Promise<boolean> =>
      (await init.processes()).some(({ pid, state }) => pid === child && state !== 'Z');
    if (stopasgroup) await waitFor('the end of the child', async () => !(await isAlive()));
    else equal(await isAlive(), true);
  }
});

test('killasgroup lets KILL reach the children of a program that does not listen', async () => {
  for (const killasgroup of [false, true]) {
    await using rig = await Rig.open();
    await using init = rig.supervise([
      rig.puppet('web', { killasgroup, stopwaitsecs: 0 }),
      rig.puppet('holder', { priority: 1, stopwaitsecs: 30 }),
    ]);
    const holder = await rig.stage.next('holder');
    await holder.report('SIGTERM');
    const web = await rig.stage.next('web');
    await web.ignore('SIGTERM');
    const child = await web.fork();
    await init.signal('SIGTERM');
    await holder.signal();
    const isAlive = async (): Promise<boolean> =>
      (await init.processes()).some(({ pid, state }) => pid === child && state !== 'Z');
    if (killasgroup) await waitFor('the end of the child', async () => !(await isAlive()));
    else equal(await isAlive(), true);
  }
});

test('standard input never ends, also for a program that reads it', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('cat', { command: '/bin/cat', startsecs: 0 }),
    rig.puppet('web'),
  ]);
  await (await rig.stage.next('web')).write(1, 'x\n');
  await init.line(/web \| x/);
  equal(await stop(init), 0);

  ok(activityOf(init).includes('WARN stopped: cat (terminated by SIGTERM)'));
});

test('a program that stops itself is still stopped in time', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('kill -STOP $$'), startsecs: 0, stopwaitsecs: 0 }),
  ]);
  await init.line(/success: web/);
  await waitFor('the stopped state', async () => (await init.processes()).some(({ state }) => state === 'T'));

  equal(await stop(init), 0);
  ok(activityOf(init).includes('WARN stopped: web (terminated by SIGKILL)'));
});

test('forty programs start and stop together', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('many', {
      command: '/bin/sleep 1000',
      process_name: '%(program_name)s_%(process_num)02d',
      numprocs: 40,
      startsecs: 0,
    }),
  ]);
  await init.stderr.matching(/success:/, 40);

  equal(await stop(init), 0);
  equal(activityOf(init).filter((said) => said.startsWith('WARN stopped:')).length, 40);
});
