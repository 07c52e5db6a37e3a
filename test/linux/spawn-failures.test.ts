import { deepEqual, equal, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { openDescriptors } from '../../src/linux/descriptors.ts';
import { getLimit, setLimit } from '../../src/linux/limits.ts';
import { reapOne } from '../../src/linux/reap.ts';
import { type SpawnStep } from '../../src/linux/spawn-failure.ts';
import { type SpawnRequest, spawn } from '../../src/linux/spawn.ts';
import { Scratch } from '../support/scratch.ts';
import { requestFor } from './support/run-program.ts';

const nobody = { uid: 65_534, gid: 65_534, groups: [65_534] };
const as = (uid: number, gid = uid, groups: readonly number[] = []): Partial<SpawnRequest> => ({
  credentials: { uid, gid, groups },
});

const rows: readonly (readonly [string, Partial<SpawnRequest>, SpawnStep, string])[] = [
  ['a missing file', { path: '/no/such/file' }, 'exec', 'ENOENT'],
  ['a file without execute permission', { path: '/etc/passwd' }, 'exec', 'EACCES'],
  ['a folder as the file', { path: '/etc' }, 'exec', 'EACCES'],
  ['an argument with a NUL', { argv: ['a\0b'] }, 'exec', 'EINVAL'],
  ['arguments that are too long', { argv: ['a'.repeat(1 << 18)] }, 'exec', 'E2BIG'],
  ['a missing directory', { directory: '/no/such/folder' }, 'directory', 'ENOENT'],
  ['a file as the directory', { directory: '/etc/passwd' }, 'directory', 'ENOTDIR'],
  ['a directory closed to the user', { directory: '/root', credentials: nobody }, 'directory', 'EACCES'],
  ['a missing file in a directory', { directory: '/etc', path: 'no-such-file' }, 'exec', 'ENOENT'],
  ['an id that means "unchanged" to the kernel', as(0xffffffff), 'identity', 'EINVAL'],
  ['a negative uid', as(-1), 'identity', 'EINVAL'],
  ['a fractional gid', as(1, 1.5), 'identity', 'EINVAL'],
  [
    'too many groups',
    as(
      1,
      1,
      Array.from({ length: 65_537 }, () => 1),
    ),
    'identity',
    'EINVAL',
  ],
  ['a descriptor that is not open', { stdin: { kind: 'fd', fd: 9999 } }, 'pipe', 'EBADF'],
  ['the foreground without a terminal', { processGroup: 'foreground' }, 'exec', 'ENOTTY'],
  [
    'too many processes of the user',
    { credentials: nobody, limits: [{ resource: 'nproc', soft: 0n, hard: 'keep' }] },
    'fork',
    'EAGAIN',
  ],
  [
    'a soft limit above the hard limit',
    { limits: [{ resource: 'nofile', soft: 20n, hard: 10n }] },
    'limits',
    'EINVAL',
  ],
  [
    'a soft limit above a kept hard limit',
    { limits: [{ resource: 'nofile', soft: 'unlimited', hard: 'keep' }] },
    'limits',
    'EINVAL',
  ],
];

for (const [name, more, step, code] of rows) {
  test(`${name} is the step "${step}" with ${code}, and leaves no descriptor and no process`, () => {
    const before = openDescriptors();

    const outcome = spawn(requestFor(['/bin/true'], { stdin: { kind: 'pipe' }, ...more }));

    deepEqual(outcome, { kind: 'failed', step, code });
    deepEqual(openDescriptors(), before);
    equal(reapOne(), undefined);
    equal(/^Uid:\s+(\d+)\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[0], 'Uid:\t0\t0');
  });
}

test('a script without #! is the step "exec" with ENOEXEC', async () => {
  await using scratch = new Scratch();

  const outcome = spawn(requestFor([scratch.write('script', 'echo hello\n', 0o755)]));

  deepEqual(outcome, { kind: 'failed', step: 'exec', code: 'ENOEXEC' });
});

test('a script whose interpreter is missing is the step "exec" with ENOENT', async () => {
  await using scratch = new Scratch();

  const outcome = spawn(requestFor([scratch.write('script', '#!/no/such/shell\n', 0o755)]));

  deepEqual(outcome, { kind: 'failed', step: 'exec', code: 'ENOENT' });
});

test('no free descriptor is the step "pipe" with EMFILE, and leaves none', () => {
  const own = getLimit('nofile');
  const before = openDescriptors();
  setLimit('nofile', { soft: 3n, hard: own.hard });

  const outcome = spawn(requestFor(['/bin/true'], { stdin: { kind: 'pipe' } }));
  setLimit('nofile', own);

  deepEqual(outcome, { kind: 'failed', step: 'pipe', code: 'EMFILE' });
  deepEqual(openDescriptors(), before);
});

test('"same as stdout" makes sense for stderr only', () => {
  throws(() => spawn(requestFor(['/bin/true'], { stdin: { kind: 'sameAsStdout' } })), /only stderr/);
});
