import { deepEqual, equal } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { test } from 'node:test';
import { Lines } from '../support/lines.ts';
import { tsupervisor } from '../support/paths.ts';
import type { Pid1 } from '../support/pid1.ts';
import { listProcesses } from '../support/proc.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, program, Rig, settings, stop } from './rig.ts';

const zombiesOf = async (init: Pid1): Promise<number> =>
  (await init.processes()).filter(({ state }) => state === 'Z').length;

test('an orphan is adopted and reaped when it ends, and logged at debug only', async () => {
  for (const [loglevel, count] of [
    ['debug', 1],
    ['info', 0],
  ] as const) {
    await using rig = await Rig.open();
    await using init = rig.supervise([settings({ loglevel }), rig.puppet('web')]);
    const web = await rig.stage.next('web');
    const orphan = await web.orphan(9);
    const { ppid } = (await init.processes()).find(({ pid }) => pid === orphan) ?? {};
    await web.releaseOrphans();
    await waitFor('the end of the orphan', async () =>
      (await init.processes()).every(({ pid }) => pid !== orphan),
    );
    equal(await stop(init), 0);

    equal(ppid, 1);
    equal(
      activityOf(init).filter((said) => said === 'DEBG reaped unknown pid N (exit status 9)').length,
      count,
    );
  }
});

test('a thousand orphans that end at once are all reaped', async () => {
  await using rig = await Rig.open();
  const go = rig.scratch.path('go');

  await using init = rig.supervise([
    settings({ loglevel: 'debug' }),
    program('web', {
      command: rig.sh(`mkfifo ${go}
i=0
while [ $i -lt 1000 ]; do (read line < ${go}; exit 7) & i=$((i+1)); done
echo forked
exec sleep 1000`),
      startsecs: 0,
      // A second instance would fork a thousand more.
      autorestart: false,
    }),
    rig.puppet('other'),
  ]);
  await init.line(/web +\| forked/);
  const web = await waitFor('the program after its exec', async () =>
    (await init.processes()).find(({ command }) => command === 'sleep 1000'),
  );
  // The program dies, its thousand children become ours, and then they end together.
  await init.run(['kill', '-KILL', String(web.pid)]);
  await init.line(/exited: web/);
  // Each takes one line; the fifo stays open for one that has not come to its `read` yet.
  await using gate = await open(go, 'r+');
  await gate.write('\n'.repeat(1000));
  await init.stderr.matching(/DEBG reaped unknown pid \d+ \(exit status 7\)/, 1000);

  equal(await zombiesOf(init), 0);
  equal(await stop(init), 0);
});

test('what an exec into the container leaves behind is reaped', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([settings({ loglevel: 'debug' }), rig.puppet('web')]);
  await rig.stage.next('web');
  await init.run(['/bin/sh', '-c', '(sleep 0.05; exit 5) & exit 0']);
  await init.line(/DEBG reaped unknown pid \d+ \(exit status 5\)/);

  equal(await zombiesOf(init), 0);
});

test('an exit status is never lost among orphans', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('storm', {
      command: rig.sh('while :; do (sh -c : & exit 0); done'),
      startsecs: 0,
      stopasgroup: true,
      autorestart: false,
    }),
    rig.puppet('web', { exitcodes: '42' }),
  ]);
  for (let count = 0; count < 8; count++) await (await rig.stage.next('web')).exit(count);
  await (await rig.stage.next('web')).exit(42);
  await init.line(/exited: web \(exit status 42; expected\)/);

  const codes = activityOf(init).flatMap((said) => /exited: web \(exit status (\d+)/.exec(said)?.[1] ?? []);
  deepEqual(codes, ['0', '1', '2', '3', '4', '5', '6', '7', '42']);
  equal(await stop(init), 0);
});

/** tsupervisor outside of any PID namespace: not PID 1. */
class Ordinary implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly stderr: Lines;

  constructor(argv: readonly string[]) {
    const child = spawn(tsupervisor, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    this.stderr = new Lines('standard error', [child.stderr]);
  }

  get pid(): number {
    return Number(this.child.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

test('it adopts and reaps orphans as a subreaper when it is not PID 1', async () => {
  await using rig = await Rig.open();
  const config = rig.config([settings({ loglevel: 'debug' }), rig.puppet('web')]);

  await using init = new Ordinary(['-c', config]);
  const web = await rig.stage.next('web');
  const orphan = await web.orphan(9);
  const entry = listProcesses().find(({ pid }) => pid === orphan);
  await web.releaseOrphans();
  await init.stderr.line(new RegExp(`DEBG reaped unknown pid ${orphan} \\(exit status 9\\)`));

  equal(entry?.ppid, init.pid);
});

test('a command is run, and orphans are reaped, also when it is not PID 1', async () => {
  await using rig = await Rig.open();

  await using init = new Ordinary(['--', ...rig.stage.argv('main')]);
  const main = await rig.stage.next('main');
  const orphan = await main.orphan(9);
  const entry = listProcesses().find(({ pid }) => pid === orphan);
  await main.releaseOrphans();
  await waitFor('the end of the orphan', () => listProcesses().every(({ pid }) => pid !== orphan));
  await main.exit(6);
  const [code] = init.child.exitCode === null ? await once(init.child, 'exit') : [init.child.exitCode];

  deepEqual([entry?.ppid, code], [init.pid, 6]);
});
