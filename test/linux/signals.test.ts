import { deepEqual, equal, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { LibcError } from '../../src/linux/libc.ts';
import { sendSignal } from '../../src/linux/signals.ts';
import { ownProcessGroup } from '../../src/linux/terminal.ts';
import { forwardableSignals, ignoreSignal, watchSignals } from '../../src/linux/watch-signals.ts';
import { root } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { Deaths, requestFor, spawnOrFail } from './support/run-program.ts';

// node --test gives its test processes --report-on-signal.
if (process.report !== undefined) process.report.reportOnSignal = false;

/** The signals that this process catches, as a mask. */
const caught = (): bigint =>
  BigInt(`0x${/^SigCgt:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);

const group = false;
const quiet = { stdout: { kind: 'null' }, stderr: { kind: 'null' } } as const;

test('every signal that can be forwarded arrives, real-time signals too', async () => {
  const taken: number[] = [];
  using _watch = watchSignals(forwardableSignals, (signal) => taken.push(signal));

  for (const signal of forwardableSignals) process.kill(process.pid, signal);
  await waitFor('every signal', () => taken.length === forwardableSignals.length);

  deepEqual(
    taken.toSorted((a, b) => a - b),
    forwardableSignals,
  );
  for (const signal of [1, 2, 3, 10, 12, 15, 18, 20, 28, 34, 37, 64]) equal(taken.includes(signal), true);
  for (const signal of [9, 11, 13, 17, 19, 21, 22, 32, 33]) equal(taken.includes(signal), false);
});

test('a signal may be watched by name, and no longer when the watch is disposed', async () => {
  const taken: number[] = [];
  const watch = watchSignals(['HUP', 'SIGRTMIN+3'], (signal) => taken.push(signal));

  process.kill(process.pid, 'SIGHUP');
  process.kill(process.pid, 37);
  await waitFor('two signals', () => taken.length === 2);
  const before = caught();
  watch[Symbol.dispose]();

  deepEqual(
    taken.toSorted((a, b) => a - b),
    [1, 37],
  );
  equal((before >> 36n) & 1n, 1n);
  equal((caught() >> 36n) & 1n, 0n);
});

test('a signal that cannot be caught or does not exist cannot be watched', () => {
  throws(() => watchSignals(['KILL'], () => undefined), /cannot watch SIGKILL/);
  throws(() => watchSignals(['WINTER'], () => undefined), /cannot watch signal WINTER: there is no such/);
});

test('PID 1 takes a real-time signal from outside its namespace', async () => {
  const script = join(root, 'test/linux/support/report-signals.ts');
  await using init = new Pid1([join(root, 'scripts/node'), script]);
  await init.line(/^ready/);

  process.kill(await init.hostPid(), 37);
  await init.line(/^took signal 37$/);
  await init.signal('SIGUSR1');
  await init.line(/^took SIGUSR1$/);
  await init.signal('SIGTERM');

  deepEqual(await init.exit(), { code: 0, signal: undefined });
});

test('an ignored signal does nothing', () => {
  ignoreSignal(22);

  process.kill(process.pid, 'SIGTTOU');

  throws(() => ignoreSignal(9), /cannot ignore SIGKILL/);
});

test('a signal reaches the program it is sent to', async () => {
  using deaths = new Deaths();
  const { pid } = spawnOrFail(requestFor(['/bin/sleep', '1000'], quiet));

  equal(sendSignal({ pid, signal: 35, group }), 'sent');

  deepEqual(await deaths.of(pid), { kind: 'signaled', signal: 35, coreDumped: false });
});

test('a signal to a program that has been reaped is "gone"', async () => {
  using deaths = new Deaths();
  const { pid } = spawnOrFail(requestFor(['/bin/true'], quiet));
  await deaths.of(pid);

  equal(sendSignal({ pid, signal: 15, group }), 'gone');
  equal(sendSignal({ pid, signal: 15, group: true }), 'gone');
});

test('a signal that does not exist is EINVAL', async () => {
  using deaths = new Deaths();
  const { pid } = spawnOrFail(requestFor(['/bin/sleep', '1000'], quiet));

  throws(
    () => sendSignal({ pid, signal: 99, group }),
    (error) => error instanceof LibcError && error.code === 'EINVAL' && error.syscall === 'kill',
  );

  sendSignal({ pid, signal: 9, group });
  await deaths.of(pid);
});

for (const [name, pid, toGroup] of [
  ['everyone', -1, false],
  ['our own group', 0, false],
  ['PID 1', 1, false],
  ['everyone, as a group', 1, true],
  ['ourselves', process.pid, false],
  ['our own group, by its number', ownProcessGroup(), true],
  ['a fraction', 2.5, false],
  ['not a number', Number.NaN, false],
] as const) {
  test(`a signal to ${name} is refused`, () => {
    throws(
      () => sendSignal({ pid, signal: 15, group: toGroup }),
      /cannot send SIGTERM to .*: it is not a program's/,
    );
  });
}
