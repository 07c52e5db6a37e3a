import { deepEqual, equal, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { askSupervisor, askUs, configurations, recorded, recording } from './config-oracle.ts';

if (process.env['UPDATE_RECORDING'] === '1')
  writeFileSync(recording, `${JSON.stringify(askSupervisor(), undefined, 1)}\n`);

const answers = recorded();

test('the recorded answers are what the installed Supervisor says', () => {
  const live = askSupervisor() ?? answers;

  deepEqual(live, answers);
});

test('the corpus is large', () => ok(configurations.length >= 60, String(configurations.length)));

for (const file of configurations) {
  const { error, ...theirs } = answers[file] ?? { error: 'not recorded' };

  if (file.startsWith('ours-'))
    test(`${file}: Supervisor refuses it and we take it`, () => {
      const { error: ourError } = askUs(file);

      equal(typeof error, 'string');
      equal(ourError, undefined);
    });
  else if (error === undefined)
    test(`${file}: the plan is Supervisor's`, () => deepEqual(askUs(file), theirs));
  else test(`${file}: the error is Supervisor's`, () => equal(askUs(file)['error'], error));
}
