import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { openDescriptors } from '../../src/linux/descriptors.ts';
import { spawn } from '../../src/linux/spawn.ts';
import { Deaths, requestFor, run, shell } from './support/run-program.ts';

const noNewPrivileges = true;
const nobody = { uid: 65_534, gid: 65_534, groups: [4, 65_534] };

const statusOf = (text: string, field: string): string =>
  new RegExp(`^${field}:\\s*(.*?)\\s*$`, 'm').exec(text)?.[1] ?? '';

test('a program with no_new_privs has the flag, and neither we nor the next program has', async () => {
  const line = ['/bin/cat', '/proc/self/status'];

  const restricted = await run(requestFor(line, { noNewPrivileges }));
  const next = await run(requestFor(line));

  equal(statusOf(restricted.stdout, 'NoNewPrivs'), '1');
  equal(statusOf(next.stdout, 'NoNewPrivs'), '0');
  equal(statusOf(readFileSync('/proc/self/status', 'utf8'), 'NoNewPrivs'), '0');
});

test('a program with no_new_privs has everything else that it is given', async () => {
  const line = shell(
    'cat /proc/self/status; umask; ulimit -n; pwd; echo $A; ls /proc/self/fd | tr "\\n" " "',
  );
  const ran = await run(
    requestFor(line, {
      noNewPrivileges,
      credentials: nobody,
      directory: '/usr',
      umask: 0o77,
      limits: [{ resource: 'nofile', soft: 99n, hard: 'keep' }],
      environment: new Map([
        ['A', 'value'],
        ['PATH', '/usr/bin:/bin'],
      ]),
    }),
  );

  equal(statusOf(ran.stdout, 'Uid'), '65534\t65534\t65534\t65534');
  equal(statusOf(ran.stdout, 'Gid'), '65534\t65534\t65534\t65534');
  equal(statusOf(ran.stdout, 'Groups'), '4 65534');
  equal(statusOf(ran.stdout, 'SigBlk'), '0000000000000000');
  equal(statusOf(ran.stdout, 'SigIgn'), '0000000000000000');
  deepEqual(ran.stdout.split('\n').slice(-5), ['0077', '99', '/usr', 'value', '0 1 2 3 ']);
});

test('a program with no_new_privs that cannot be spawned tells the step', () => {
  // The thread itself has descriptors, which stay.
  spawn(requestFor(['/no/such/file'], { noNewPrivileges }));
  const before = openDescriptors();

  const request = requestFor(['/no/such/file'], { noNewPrivileges, credentials: nobody });

  deepEqual(spawn(request), { kind: 'failed', step: 'exec', code: 'ENOENT' });
  deepEqual(spawn({ ...request, directory: '/root' }), { kind: 'failed', step: 'directory', code: 'EACCES' });
  deepEqual(openDescriptors(), before);
});

test('the thread that spawns comes back to our identity each time', async () => {
  const quiet = { stdout: { kind: 'null' }, stderr: { kind: 'null' }, noNewPrivileges } as const;
  {
    using deaths = new Deaths();
    for (let round = 0; round < 50; round += 1)
      equal(spawn(requestFor(['/bin/true'], { ...quiet, credentials: nobody })).kind, 'spawned');
    await deaths.count(50);
    equal(
      deaths.all.every(({ status }) => status.kind === 'exited' && status.code === 0),
      true,
    );
  }

  const ran = await run(requestFor(['/bin/cat', '/proc/self/status'], { noNewPrivileges }));

  equal(statusOf(ran.stdout, 'Uid'), '0\t0\t0\t0');
});
