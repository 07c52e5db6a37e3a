import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { childEnvironment } from '../../src/daemon/child-environment.ts';
import { processWith } from './config-rig.ts';

const rows: readonly (readonly [options: string, url: string | undefined])[] = [
  ['', 'unix:///ours'],
  ['serverurl=AUTO', 'unix:///ours'],
  ['serverurl=http://other:9001', 'http://other:9001'],
  ['serverurl=', undefined],
];

for (const [options, url] of rows)
  test(`with ${options === '' ? 'no serverurl' : options} a program finds ${url ?? 'no address'}`, () => {
    const variables = childEnvironment(processWith(options), {
      inherited: new Map(),
      serverUrl: 'unix:///ours',
    });

    equal(variables.get('SUPERVISOR_SERVER_URL'), url);
  });
