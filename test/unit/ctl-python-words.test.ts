import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { pythonWords } from '../../src/ctl/python-words.ts';

/** What Node makes of a failed getaddrinfo(3). */
const unresolved = (code: string): Error =>
  Object.assign(new Error(`getaddrinfo ${code} box`), { code, syscall: 'getaddrinfo', hostname: 'box' });

for (const [code, fact, message] of [
  ['ENOTFOUND', 'a host that nobody knows', '[Errno -2] Name or service not known'],
  ['EAI_AGAIN', 'a resolver that does not answer', '[Errno -3] Temporary failure in name resolution'],
] as const)
  test(`${fact} is told in the words of Python`, () => {
    deepEqual(pythonWords(unresolved(code)), { type: 'socket.gaierror', message });
  });
