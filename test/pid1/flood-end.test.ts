import { equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { program, Rig } from './rig.ts';

test('what the last program wrote before it ended comes out, also when the reader stalls just then', async () => {
  await using rig = await Rig.open();
  const lineCount = 240_000;
  const config = rig.config([
    program('last', {
      command: rig.sh(`exec seq -f %09.0f 1 ${lineCount}`),
      stdout_logfile: '/dev/stdout',
      startsecs: 0,
      autorestart: false,
    }),
  ]);
  const path = rig.scratch.path('stdout');
  execFileSync('mkfifo', [path]);
  // Opened for both, so that it does not wait for a writer.
  const held = openSync(path, 'r+');

  await using init = new Pid1(['/bin/sh', '-c', `exec "$@" > ${path}`, 'sh', tsupervisor, '-c', config]);
  await init.stderr.line(/exited: last/);
  // Longer than the end waits for the pipes of grandchildren.
  await sleep(1500);
  await using reader = await open(path, 'r');
  closeSync(held);
  const text = await reader.readFile('latin1');

  equal((await init.exit()).code, 0);
  const lines = text.split('\n');
  equal(lines.length, lineCount + 1);
  equal(lines.at(-2), String(lineCount).padStart(9, '0'));
});
