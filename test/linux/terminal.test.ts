import { deepEqual, equal, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

import { closeFd, makePipe } from '../../src/linux/descriptors.ts';
import { LibcError } from '../../src/linux/libc.ts';
import {
  foregroundProcessGroup,
  giveTerminal,
  isTerminal,
  ownProcessGroup,
} from '../../src/linux/terminal.ts';
import { root } from '../support/paths.ts';
import { listProcesses } from '../support/proc.ts';

const isNoTerminal = (error: unknown): boolean => error instanceof LibcError && error.code === 'ENOTTY';

test('a pipe is not a terminal, and has no foreground process group', () => {
  const { readFd, writeFd } = makePipe();

  equal(isTerminal(readFd), false);
  equal(isTerminal(9999), false);
  throws(() => foregroundProcessGroup(readFd), isNoTerminal);
  throws(() => giveTerminal(readFd, ownProcessGroup()), isNoTerminal);

  closeFd(readFd);
  closeFd(writeFd);
});

test('our process group is the one that /proc shows', () => {
  equal(ownProcessGroup(), listProcesses().find(({ pid }) => pid === process.pid)?.pgid);
});

test('a program in the foreground has the terminal before it runs, and we take it back', () => {
  const script = [join(root, 'scripts/node'), join(root, 'test/linux/support/use-terminal.ts')].join(' ');

  const { stdout } = spawnSync('script', ['-q', '-e', '-c', script, '/dev/null'], {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

  const lines = stdout.split(/\r?\n/).filter((line) => /^[a-z ]+: /.test(line));
  deepEqual(lines, [
    'terminal: true',
    'we are in the foreground: true',
    'program in the foreground: yes',
    'the program has the terminal: true',
    'we have it again: true',
    'ending: {"kind":"exited","code":0}',
  ]);
});
