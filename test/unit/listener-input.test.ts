import { deepEqual, equal } from 'node:assert/strict';
import { closeSync, readSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { InputPipe } from '../../src/events/listener-input.ts';
import { makeNonBlocking, makePipe } from '../../src/linux/descriptors.ts';
import { waitFor } from '../support/wait-for.ts';

function open(): { readonly readFd: number; readonly writeFd: number; readonly pipe: InputPipe } {
  const { readFd, writeFd } = makePipe();
  makeNonBlocking(writeFd);
  return { readFd, writeFd, pipe: new InputPipe(writeFd) };
}

/** Reads until that many bytes have come. */
async function read(readFd: number, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  makeNonBlocking(readFd);
  await waitFor(`${count} bytes`, () => {
    const chunk = Buffer.alloc(65_536);
    try {
      chunks.push(chunk.subarray(0, readSync(readFd, chunk)));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
    return chunks.reduce((sum, { length }) => sum + length, 0) >= count;
  });
  return Buffer.concat(chunks);
}

test('what fits is written at once', () => {
  const { readFd, pipe } = open();

  equal(pipe.write(Buffer.from('hello')), true);

  const bytes = Buffer.alloc(10);
  deepEqual([readSync(readFd, bytes), pipe.isClear], [5, true]);
  pipe.close();
  closeSync(readFd);
});

test('what does not fit is written when it is read, in order, and then the pipe is clear', async () => {
  const { readFd, pipe } = open();
  const message = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  let clearCount = 0;
  pipe.onClear = () => void clearCount++;

  const taken = pipe.write(message) && pipe.write(Buffer.from('end'));
  const wasClear = pipe.isClear;
  const bytes = await read(readFd, message.length + 3);
  await waitFor('a clear pipe', () => clearCount > 0);

  deepEqual([taken, wasClear, pipe.isClear], [true, false, true]);
  equal(bytes.equals(Buffer.concat([message, Buffer.from('end')])), true);
  pipe.close();
  closeSync(readFd);
});

test('a reader that has gone is told', () => {
  const { readFd, pipe } = open();
  closeSync(readFd);

  deepEqual([pipe.write(Buffer.from('a')), pipe.write(Buffer.from('b'))], [false, false]);
  pipe.close();
});

test('a reader that goes in the middle of a message is told', async () => {
  const { readFd, pipe } = open();
  let clearCount = 0;
  pipe.onClear = () => void clearCount++;
  pipe.write(Buffer.alloc(300_000));

  closeSync(readFd);
  await waitFor('the news', () => clearCount > 0);

  deepEqual([pipe.isClear, pipe.write(Buffer.from('a'))], [true, false]);
  pipe.close();
});

test('closing twice closes once', () => {
  const { readFd, writeFd, pipe } = open();
  pipe.close();
  const other = makePipe();

  pipe.close();

  equal(other.readFd === writeFd || other.writeFd === writeFd, true);
  equal(statSync(`/proc/self/fd/${writeFd}`).isFIFO(), true);
  for (const fd of [readFd, other.readFd, other.writeFd]) closeSync(fd);
});
