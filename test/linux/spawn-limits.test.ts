import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { getLimit, resourceNames, setLimit } from '../../src/linux/limits.ts';
import { type SpawnRequest, spawn } from '../../src/linux/spawn.ts';
import { type Ran, requestFor, run, shell } from './support/run-program.ts';

const MiB = 1024n * 1024n;

type Limits = NonNullable<SpawnRequest['limits']>;

/** The program waits for a line: by then it has what can only be given to it when it runs. */
async function runAfterLine(line: string, more: Partial<SpawnRequest>): Promise<Ran> {
  return await run(requestFor(shell(`read _; ${line}`), { stdin: { kind: 'pipe' }, ...more }), '\n');
}

const runLimited = async (limits: Limits): Promise<Ran> =>
  await runAfterLine('exec cat /proc/self/limits', { limits });

const ownLimits = (): unknown =>
  [...resourceNames.values()].map((resource) => [resource, getLimit(resource)]);

/** "Max open files   1024   4096   files" → ['1024', '4096'] */
const shown = (ran: Ran, title: string): readonly string[] =>
  new RegExp(`^Max ${title} +(\\S+) +(\\S+)`, 'm').exec(ran.stdout)?.slice(1) ?? [];

test('a program starts with its soft and hard limits, and ours come back', async () => {
  const before = ownLimits();

  const ran = await runLimited([
    { resource: 'nofile', soft: 64n, hard: 128n },
    { resource: 'core', soft: 0n, hard: 'keep' },
    { resource: 'fsize', soft: 10n * MiB, hard: 20n * MiB },
  ]);

  deepEqual(shown(ran, 'open files'), ['64', '128']);
  equal(shown(ran, 'core file size')[0], '0');
  deepEqual(shown(ran, 'file size'), [String(10n * MiB), String(20n * MiB)]);
  deepEqual(ownLimits(), before);
});

test('limits that this process itself is above can be given to a program', async () => {
  const ran = await runLimited([
    { resource: 'as', soft: 512n * MiB, hard: 'keep' },
    { resource: 'data', soft: 256n * MiB, hard: 256n * MiB },
    { resource: 'cpu', soft: 60n, hard: 61n },
    { resource: 'stack', soft: MiB / 4n, hard: 'keep' },
  ]);

  deepEqual(shown(ran, 'address space'), [String(512n * MiB), 'unlimited']);
  deepEqual(shown(ran, 'data size'), [String(256n * MiB), String(256n * MiB)]);
  deepEqual(shown(ran, 'cpu time'), ['60', '61']);
  equal(shown(ran, 'stack size')[0], String(MiB / 4n));
});

test('a limit below the number of our own descriptors does not keep the program from starting', async () => {
  const ran = await runLimited([{ resource: 'nofile', soft: 4n, hard: 'keep' }]);

  equal(shown(ran, 'open files')[0], '4');
});

test('a hard limit is raised with CAP_SYS_RESOURCE, and is the step "limits" without it', () => {
  setLimit('msgqueue', { soft: 1000n, hard: 1000n });
  const request = requestFor(['/bin/true'], {
    limits: [{ resource: 'msgqueue', soft: 1500n, hard: 2000n }],
    stdout: { kind: 'null' },
    stderr: { kind: 'null' },
  });

  const outcome = spawn(request);

  const refused = { kind: 'failed', step: 'limits', code: 'EPERM' };
  if (hasCapability(24)) equal(outcome.kind, 'spawned');
  else deepEqual(outcome, refused);
  deepEqual(getLimit('msgqueue'), { soft: 1000n, hard: 1000n });
});

/** Whether the effective set has the capability of that number (<linux/capability.h>). */
function hasCapability(number: number): boolean {
  const [, set = '0'] = /^CapEff:\s+(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${set}`) >> BigInt(number)) & 1n) === 1n;
}

test('limits are given to a program of another user too', async () => {
  const ran = await runAfterLine('exec cat /proc/self/limits', {
    credentials: { uid: 65_534, gid: 65_534, groups: [] },
    limits: [
      { resource: 'nproc', soft: 50n, hard: 60n },
      { resource: 'as', soft: 512n * MiB, hard: 600n * MiB },
    ],
  });

  deepEqual(shown(ran, 'processes'), ['50', '60']);
  deepEqual(shown(ran, 'address space'), [String(512n * MiB), String(600n * MiB)]);
});

test('a soft limit is there at the first instruction of the program', async () => {
  const ran = await run(
    requestFor(['/bin/cat', '/proc/self/limits'], {
      limits: [{ resource: 'nofile', soft: 77n, hard: 'keep' }],
    }),
  );

  equal(shown(ran, 'open files')[0], '77');
});

test('a program gets its nice value and its out-of-memory score', async () => {
  const ran = await runAfterLine('nice; cat /proc/self/oom_score_adj', { nice: 7, oomScoreAdj: 321 });

  equal(ran.stdout, '7\n321\n');
});
