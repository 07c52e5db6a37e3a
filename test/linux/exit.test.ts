import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

import { root } from '../support/paths.ts';

const runScript = (...args: readonly string[]): ReturnType<typeof spawnSync> =>
  spawnSync(join(root, 'scripts/node'), [join(root, 'test/linux/support/exit-now.ts'), ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  });

test('exitNow ends the process with its code, without handlers, though a thread is blocked', () => {
  const { status, stdout, stderr } = runScript('7');

  equal(status, 7);
  deepEqual([stdout, stderr], ['before\n', '']);
});

test('an exit code has eight bits', () => {
  equal(runScript('258').status, 2);
});
