import { deepEqual, equal } from 'node:assert/strict';
import { closeSync, readSync } from 'node:fs';
import { test } from 'node:test';
import { Stdin } from '../../src/daemon/stdin.ts';
import { makeNonBlocking, makePipe } from '../../src/linux/descriptors.ts';
import { waitFor } from '../support/wait-for.ts';

const kilobytes = (count: number): Uint8Array => Buffer.alloc(count * 1024, 'x');

/** The stdin of a process that reads when the test says so. */
class Reading implements Disposable {
  readonly stdin = new Stdin();
  readonly #readFd: number;

  constructor() {
    const { readFd, writeFd } = makePipe();
    makeNonBlocking(readFd);
    makeNonBlocking(writeFd);
    this.#readFd = readFd;
    this.stdin.open(writeFd);
  }

  /** Reads until so much waits, and no more. */
  async until(queuedBytes: number): Promise<void> {
    const bytes = Buffer.alloc(65_536);
    await waitFor(`${queuedBytes} bytes queued`, () => {
      if (this.stdin.pipe?.queuedBytes === queuedBytes) return true;
      try {
        readSync(this.#readFd, bytes);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      }
      return false;
    });
  }

  [Symbol.dispose](): void {
    this.stdin.close();
    closeSync(this.#readFd);
  }
}

test('more than a megabyte is not queued, also when nothing waits', () => {
  using process = new Reading();

  const sent = process.stdin.send(kilobytes(1025));

  deepEqual([sent, process.stdin.pipe?.isClear], ['full', true]);
});

test('what waits counts, and what a process has read no longer does', async () => {
  using process = new Reading();
  const { stdin } = process;

  deepEqual([stdin.send(kilobytes(600)), stdin.send(kilobytes(400))], ['queued', 'queued']);
  equal(stdin.send(kilobytes(400)), 'full');
  await process.until(400 * 1024);

  deepEqual([stdin.send(kilobytes(600)), stdin.send(kilobytes(100))], ['queued', 'full']);
});

test('nobody reads the stdin of a process that is gone', () => {
  using process = new Reading();
  process.stdin.close();

  equal(process.stdin.send(kilobytes(1)), 'closed');
});
