import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';

import { decodeWaitStatus, reapOne, watchChildren } from '../../src/linux/reap.ts';
import { spawn } from '../../src/linux/spawn.ts';
import { root } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { listProcesses } from '../support/proc.ts';
import { waitFor } from '../support/wait-for.ts';
import { Deaths, requestFor, run, shell, spawnOrFail } from './support/run-program.ts';

const quiet = { stdout: { kind: 'null' }, stderr: { kind: 'null' } } as const;

test('without a child there is nothing to reap', () => {
  equal(reapOne(), undefined);
});

test('a child that lives is not reaped', async () => {
  const { pid } = spawnOrFail(requestFor(['/bin/sleep', '1000'], quiet));

  equal(reapOne(), undefined);

  process.kill(pid, 'SIGKILL');
  using deaths = new Deaths();
  deepEqual(await deaths.of(pid), { kind: 'signaled', signal: 9, coreDumped: false });
});

test('a child that was dead before the watch began is reaped at once', async () => {
  const { pid } = spawnOrFail(requestFor(['/bin/true'], quiet));
  await waitFor('a zombie', () => listProcesses().some((one) => one.pid === pid && one.state === 'Z'));

  using deaths = new Deaths();

  deepEqual(deaths.all, [{ pid, status: { kind: 'exited', code: 0 } }]);
});

test('an exit code is told in full', async () => {
  const ran = await run(requestFor(shell('exit 255')));

  deepEqual(ran.status, { kind: 'exited', code: 255 });
});

test('a death by a signal is told apart from an exit code', async () => {
  const ran = await run(requestFor(shell('kill -TERM $$')));

  deepEqual(ran.status, { kind: 'signaled', signal: 15, coreDumped: false });
});

test('200 children that die at once are all reaped', async () => {
  using deaths = new Deaths();
  const pids = Array.from({ length: 200 }, () => spawn(requestFor(['/bin/true'], quiet)));
  await deaths.count(200);

  deepEqual(
    deaths.all.map(({ pid }) => pid).toSorted((a, b) => a - b),
    pids.map((one) => (one.kind === 'spawned' ? one.pid : 0)).toSorted((a, b) => a - b),
  );
});

test('children that are replaced as fast as they die leave everything else its turn', async () => {
  const most = 4000;
  let [dead, living, deadAtTurn] = [0, 0, 0];
  const replace = (): void => {
    living++;
    spawnOrFail(requestFor(['/bin/true'], quiet));
  };

  for (let count = 0; count < 50; count++) replace();
  using _watch = watchChildren(() => {
    if (dead === 0) setTimeout(() => (deadAtTurn = dead), 1);
    dead++;
    living--;
    if (dead < most && deadAtTurn === 0) replace();
  });
  await waitFor('the end of all children', () => living === 0);

  ok(deadAtTurn > 0 && deadAtTurn < most, `the timer fired after ${deadAtTurn} of ${dead} deaths`);
});

test('a dead child is found by a sweep when its SIGCHLD was lost', async () => {
  const dead: number[] = [];
  const others = process.listeners('SIGCHLD');
  using watch = watchChildren(({ pid }) => dead.push(pid));
  for (const listener of process.listeners('SIGCHLD'))
    if (!others.includes(listener)) process.off('SIGCHLD', listener);
  const { pid } = spawnOrFail(requestFor(['/bin/true'], quiet));
  await waitFor('a zombie', () => listProcesses().some((one) => one.pid === pid && one.state === 'Z'));

  watch.sweep();

  deepEqual(dead, [pid]);
});

for (const mode of ['init', 'subreaper']) {
  test(`as ${mode}, orphans are reaped with their exit codes`, async () => {
    const script = join(root, 'test/linux/support/reap-orphans.ts');
    const argv = [join(root, 'scripts/node'), script, mode];
    // A subreaper is not PID 1 itself.
    await using init = new Pid1(mode === 'init' ? argv : ['/bin/sh', '-c', '"$@"; exit', 'sh', ...argv]);

    equal(await init.line(/^reaped/), 'reaped 300 orphans with code 7');
    deepEqual(await init.exit(), { code: 0, signal: undefined });
  });
}

test('a wait status is either an exit code or a signal', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), (code) =>
      deepEqual(decodeWaitStatus(code << 8), { kind: 'exited', code }),
    ),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.boolean(), (signal, coreDumped) =>
      deepEqual(decodeWaitStatus(signal | (coreDumped ? 0x80 : 0)), { kind: 'signaled', signal, coreDumped }),
    ),
  );
});
