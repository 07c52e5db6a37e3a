import { equal, throws } from 'node:assert/strict';
import test from 'node:test';

import { check, checkErrno, errnoName, LibcError, libc, newerFunction } from '../../src/linux/libc.ts';

test('a failed call has the name of its errno and of the call', () => {
  throws(
    () => check('kill', libc.kill(process.pid, 99)),
    (error) =>
      error instanceof LibcError &&
      error.code === 'EINVAL' &&
      error.syscall === 'kill' &&
      error.message === 'kill: EINVAL',
  );
});

test('a call that worked answers with its result', () => {
  equal(check('getpgid', libc.getpgid(process.pid)) > 0, true);
});

test('a call that answers with the errno itself is checked too', () => {
  checkErrno('posix_spawn', 0);

  throws(() => checkErrno('posix_spawn', 2), { code: 'ENOENT', syscall: 'posix_spawn' });
});

test('an errno has its usual name, and one without a name is shown as its number', () => {
  equal(errnoName(10), 'ECHILD');
  equal(errnoName(11), 'EAGAIN');
  equal(errnoName(4711), 'errno 4711');
});

test('a function that this libc has not is an error that names the remedy', () => {
  throws(
    () =>
      newerFunction('posix_spawn_file_actions_addwings_np', '9.9', {
        return: 'int32',
        arguments: ['buffer'],
      }),
    /^Error: cannot find posix_spawn_file_actions_addwings_np in this libc: glibc 9\.9 or newer has it/,
  );
});

test('the errno of 100,000 failing calls is always the right one, while garbage is made', () => {
  const rows = [
    { signal: 0, pid: 0x3fffffff, code: 'ESRCH' },
    { signal: 99, pid: process.pid, code: 'EINVAL' },
  ];
  let wrong = 0;

  for (let round = 0; round < 50_000; round += 1) {
    for (const { pid, signal, code } of rows) {
      try {
        check('kill', libc.kill(pid, signal));
      } catch (error) {
        if (!(error instanceof LibcError) || error.code !== code) wrong += 1;
      }
    }
  }

  equal(wrong, 0);
});
