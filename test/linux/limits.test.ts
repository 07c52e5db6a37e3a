import { deepEqual, equal, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { getLimit, isAbove, resourceNames, setLimit, setLimitOf } from '../../src/linux/limits.ts';
import { sendSignal } from '../../src/linux/signals.ts';
import { Deaths, requestFor, spawnOrFail } from './support/run-program.ts';

/** The rows of /proc/PID/limits are in the order of the resources' numbers. */
const rowsOf = (pid: number | string): readonly string[] =>
  readFileSync(`/proc/${pid}/limits`, 'utf8').trim().split('\n').slice(1);

test('every resource has the number that the kernel has for it', () => {
  const shown = rowsOf('self').map((row) => /^Max [a-z\- ]+?\s{2,}(\S+)\s+(\S+)/.exec(row)?.slice(1));

  const ours = [...resourceNames.values()].map((name) => {
    const { soft, hard } = getLimit(name);
    return [String(soft), String(hard)];
  });

  deepEqual(ours.length, 16);
  deepEqual(ours, shown);
});

test('a soft limit can be set and set back', () => {
  const own = getLimit('nofile');

  setLimit('nofile', { soft: 100n, hard: own.hard });
  const changed = getLimit('nofile');
  setLimit('nofile', own);

  deepEqual(changed, { soft: 100n, hard: own.hard });
  deepEqual(getLimit('nofile'), own);
});

test('a soft limit above the hard limit is EINVAL', () => {
  throws(() => setLimit('nofile', { soft: 'unlimited', hard: 10n }), { code: 'EINVAL', syscall: 'prlimit' });
});

test("another process's limit can be set, and not that of one that is gone", async () => {
  using deaths = new Deaths();
  const quiet = { stdout: { kind: 'null' }, stderr: { kind: 'null' } } as const;
  const { pid } = spawnOrFail(requestFor(['/bin/sleep', '1000'], quiet));

  setLimitOf(pid, 'core', { soft: 1n, hard: 2n });
  const [, , , , core = ''] = rowsOf(pid);
  sendSignal({ pid, signal: 9, group: false });
  await deaths.of(pid);

  equal(/\s1\s+2\s/.test(core), true);
  throws(() => setLimitOf(pid, 'core', { soft: 1n, hard: 2n }), { code: 'ESRCH' });
});

test('no limit is above every limit', () => {
  equal(isAbove('unlimited', 1n), true);
  equal(isAbove(2n, 1n), true);
  equal(isAbove(1n, 1n), false);
  equal(isAbove(1n, 'unlimited'), false);
});
