import { deepEqual, equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root } from './paths.ts';
import { Scratch } from './scratch.ts';

const script = '. scripts/home; printf "%s\\n" "$HOME" "${NPM_CONFIG_USERCONFIG:-}"';

/** HOME, and where npm reads its settings, as the scripts have them. */
async function told(home: string | undefined): Promise<readonly string[]> {
  const env = { PATH: process.env['PATH'], ...(home === undefined ? {} : { HOME: home }) };
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: root, env });
  return stdout.trimEnd().split('\n');
}

test('a HOME that can be written to is left alone', async () => {
  await using scratch = new Scratch();

  deepEqual(await told(scratch.folder), [scratch.folder]);
});

test('scripts get a HOME where there is none that can be written to, and npm keeps its settings', async () => {
  deepEqual(await told('/proc/none'), [join(root, '.cache/home'), '/proc/none/.npmrc']);
});

test('scripts get a HOME where the environment has none', async () => {
  const [home] = await told(undefined);

  equal(home, join(root, '.cache/home'));
});
