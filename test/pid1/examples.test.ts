import { match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root, tsupervisor } from '../support/paths.ts';

for (const file of globSync('examples/*/*.conf', { cwd: root }).filter((name) => !/nginx|redis/.test(name)))
  test(`${file} has no mistakes, and nothing to warn of`, async () => {
    const { stdout, stderr } = await promisify(execFile)(tsupervisor, ['check', '-c', join(root, file)]);

    match(`${stdout}${stderr}`, /^\S+: no mistakes, .*\n$/);
  });
