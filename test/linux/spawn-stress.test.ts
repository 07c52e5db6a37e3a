import { deepEqual, equal } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { openDescriptors } from '../../src/linux/descriptors.ts';
import { Deaths, readAll, requestFor, spawnOrFail } from './support/run-program.ts';
import { spawn } from '../../src/linux/spawn.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

function collect(): void {
  if (typeof collectGarbage !== 'function') throw new Error('cannot collect garbage: node has no gc()');
  collectGarbage();
}

const programsCount = 1500;
const spawnsAtOnce = 10;

/** An environment that is different each time and sometimes large. */
function environmentOf(round: number): ReadonlyMap<string, string> {
  const length = round % 50 === 0 ? 40_000 : (round * 37) % 3000;
  return new Map([
    ['ROUND', String(round)],
    ['LONG', String.fromCodePoint(97 + (round % 26), 0xe4).repeat(length)],
    ...Array.from({ length: round % 30 }, (_none, index): [string, string] => [
      `V${index}`,
      `${round}-${index}`,
    ]),
  ]);
}

const hashOf = (environment: ReadonlyMap<string, string>): string =>
  createHash('sha256')
    .update([...environment].map(([name, value]) => `${name}=${value}\0`).join(''))
    .digest('hex');

async function spawnAndHash(round: number): Promise<boolean> {
  const environment = environmentOf(round);
  const { stdoutFd, stderrFd } = spawnOrFail(
    requestFor(['/usr/bin/sha256sum', '/proc/self/environ'], { environment }),
  );
  collect();
  const [output] = await Promise.all([readAll(stdoutFd), readAll(stderrFd)]);
  return output.startsWith(hashOf(environment));
}

test(
  '1,500 programs get their environments intact while garbage is collected',
  { timeout: 100_000 },
  async () => {
    using deaths = new Deaths();
    const wrong: number[] = [];

    for (let round = 0; round < programsCount; round += spawnsAtOnce) {
      const rounds = Array.from({ length: spawnsAtOnce }, (_none, index) => round + index);
      // One batch after the other: the machine has a limit of processes.
      // oxlint-disable-next-line eslint/no-await-in-loop
      const right = await Promise.all(rounds.map(spawnAndHash));
      wrong.push(...rounds.filter((_round, index) => right[index] !== true));
    }
    await deaths.count(programsCount);

    deepEqual(wrong, []);
  },
);

test('500 spawns, half of them failures, leave no descriptor', async () => {
  using deaths = new Deaths();
  const before = openDescriptors();
  const none = { stdout: { kind: 'null' }, stderr: { kind: 'sameAsStdout' } } as const;
  const outcomes = Array.from({ length: 500 }, (_none, index) =>
    spawn(requestFor([index % 2 === 0 ? '/bin/true' : '/no/such/file'], { ...none })),
  );
  await deaths.count(250);

  equal(outcomes.filter(({ kind }) => kind === 'failed').length, 250);
  deepEqual(openDescriptors(), before);
});
