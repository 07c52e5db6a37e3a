import { test } from 'node:test';
import { deepEqual, equal } from 'node:assert/strict';
import { machineHost } from '../../src/config/machine-host.ts';
import { Scratch } from '../support/scratch.ts';

const host = machineHost({ findUser: () => undefined, findGroup: () => undefined, groupsOf: () => [] });

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
