import { test } from 'node:test';
import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { bytesOfText } from '../../src/core/byte-text.ts';
import { machineHost } from '../../src/config/machine-host.ts';
import { Scratch } from '../support/scratch.ts';

const users = { findUser: () => undefined, findGroup: () => undefined, groupsOf: () => [] };
const host = machineHost(users, new Map());

test('a file is read whole, and what is not there is missing', async () => {
  await using scratch = new Scratch();
  const text = 'é'.repeat(100_000);

  deepEqual(host.readFile(scratch.write('a', text)), { kind: 'text', text });
  deepEqual(host.readFile(scratch.path('b')), { kind: 'missing' });
});

test('a device without an end is not read for ever', () => {
  deepEqual(host.readFile('/dev/zero'), { kind: 'unreadable', cause: 'it is larger than 64 MB' });
});

test('a directory cannot be read', () => {
  equal(host.readFile('/tmp').kind, 'unreadable');
});

test('a file of variables keeps bytes that are not UTF-8', async () => {
  await using scratch = new Scratch();
  const bytes = Uint8Array.of(0x41, 0x3d, 0xe4, 0xff, 0xc3, 0xa4);

  const found = host.readValues(scratch.write('a.env', bytes));

  deepEqual(found.kind === 'text' && bytesOfText(found.text), bytes);
});

test('a pipe is no file of variables, and nobody waits for its writer', async () => {
  await using scratch = new Scratch();
  execFileSync('mkfifo', [scratch.path('pipe')]);

  deepEqual(host.readValues(scratch.path('pipe')), { kind: 'unreadable', cause: 'it is not a file' });
  deepEqual(host.readValues(scratch.folder), { kind: 'unreadable', cause: 'it is not a file' });
});

test('a file of variables may be /dev/null, and has a largest size', () => {
  deepEqual(host.readValues('/dev/null'), { kind: 'text', text: '' });
  deepEqual(host.readValues('/dev/zero'), { kind: 'unreadable', cause: 'it is larger than 16 MB' });
});
