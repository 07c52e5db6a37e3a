import { test } from 'node:test';
import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { nameProcess } from '../../src/linux/process-name.ts';

test('a process has the name that it was given, as far as the kernel keeps it', () => {
  nameProcess('a-name-that-is-too-long');

  equal(readFileSync('/proc/self/comm', 'utf8'), 'a-name-that-is-\n');
});
