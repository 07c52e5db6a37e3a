import { deepEqual, equal, throws } from 'node:assert/strict';
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import test from 'node:test';

import {
  closeFd,
  duplicate,
  growPipe,
  makeCloseOnExec,
  makeNonBlocking,
  makePipe,
  openDescriptors,
  openNonBlocking,
} from '../../src/linux/descriptors.ts';
import { libc } from '../../src/linux/libc.ts';
import { Scratch } from '../support/scratch.ts';

const O_CLOEXEC = 0o2000000;

const flagsOf = (fd: number): number =>
  Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '', 8);

test('a pipe is close-on-exec at both ends and carries bytes', () => {
  const { readFd, writeFd } = makePipe();
  const bytes = Buffer.alloc(10);

  writeSync(writeFd, 'hello');
  const count = readSync(readFd, bytes);

  equal(bytes.toString('utf8', 0, count), 'hello');
  equal(flagsOf(readFd) & O_CLOEXEC, O_CLOEXEC);
  equal(flagsOf(writeFd) & O_CLOEXEC, O_CLOEXEC);
  closeFd(readFd);
  closeFd(writeFd);
});

test('a descriptor is closed once', () => {
  const { readFd, writeFd } = makePipe();
  closeFd(readFd);
  closeFd(writeFd);

  throws(() => closeFd(readFd), { code: 'EBADF' });
});

test('a pipe grows, up to what the kernel allows', () => {
  const { readFd, writeFd } = makePipe();

  equal(growPipe(readFd, 1 << 18), 1 << 18);
  equal(growPipe(writeFd, -1), undefined);

  closeFd(readFd);
  closeFd(writeFd);
});

test('what is not a pipe does not grow', () => {
  const fd = openSync('/dev/null', 'r');

  equal(growPipe(fd, 1 << 18), undefined);

  closeSync(fd);
});

test('a non-blocking pipe that is empty says so', () => {
  const { readFd, writeFd } = makePipe();

  makeNonBlocking(readFd);

  throws(() => readSync(readFd, Buffer.alloc(1)), { code: 'EAGAIN' });
  equal(flagsOf(writeFd) & constants.O_NONBLOCK, 0);
  closeFd(readFd);
  closeFd(writeFd);
});

test('a copy of a descriptor is not below the number that is asked for', () => {
  const fd = duplicate(0, 100);

  equal(fd >= 100, true);
  equal(flagsOf(fd) & O_CLOEXEC, O_CLOEXEC);

  closeFd(fd);
  throws(() => duplicate(9999, 3), { code: 'EBADF', syscall: 'fcntl' });
});

test('every descriptor from a number up becomes close-on-exec', () => {
  const F_SETFD = 2;
  const fd = openSync('/dev/null', 'r');
  libc.fcntl(fd, F_SETFD, 0);

  makeCloseOnExec(fd);

  equal(flagsOf(fd) & O_CLOEXEC, O_CLOEXEC);
  closeSync(fd);
});

test('the other end of a pipe can be opened again, without blocking and without changing the first', () => {
  const { readFd, writeFd } = makePipe();

  const again = openNonBlocking(writeFd, 'write');

  equal(typeof again, 'number');
  equal(flagsOf(again ?? -1) & constants.O_NONBLOCK, constants.O_NONBLOCK);
  equal(flagsOf(writeFd) & constants.O_NONBLOCK, 0);
  for (const fd of [readFd, writeFd, again ?? -1]) closeFd(fd);
});

test('a regular file and a closed descriptor are not opened again', async () => {
  await using scratch = new Scratch();
  const before = openDescriptors();
  const fd = openSync(scratch.write('log', 'text'), 'a');

  equal(openNonBlocking(fd, 'write'), undefined);
  closeSync(fd);

  equal(openNonBlocking(fd, 'write'), undefined);
  deepEqual(openDescriptors(), before);
});
