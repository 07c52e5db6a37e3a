import { deepEqual, equal, throws } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { LogPlace } from '../../src/api/control.ts';
import { readLog, tailLog } from '../../src/api/read-log.ts';
import { Scratch } from '../support/scratch.ts';

const text = '0123456789';

/** Ten bytes in memory, after `lost` others that are no longer kept. */
const memory = (lost = 0): LogPlace => ({
  kind: 'memory',
  path: '',
  bytes: {
    start: lost,
    size: lost + 10,
    read: (from, to) => Buffer.from(text.slice(Math.max(0, from - lost), Math.max(0, to - lost))),
  },
  watch: () => ({ [Symbol.dispose]: () => undefined }),
});

const READS: readonly (readonly [number, number, string])[] = [
  [0, 0, text],
  [2, 0, '23456789'],
  [2, 3, '234'],
  [0, 100, text],
  [100, 0, ''],
  [100, 5, ''],
  [-3, 0, '789'],
  [-100, 0, text],
];

const TAILS: readonly (readonly [number, number, string, boolean])[] = [
  [0, 0, '', true],
  [0, 5, '56789', true],
  [0, 3, '789', true],
  [0, 10, text, false],
  [0, 100, text, false],
  [3, 4, '6789', true],
  [3, 100, text, false],
  [5, 5, '56789', false],
  [10, 5, '', false],
  [100, 5, '', false],
  [-3, 5, '56789', true],
  [0, -5, '', true],
];

test('a file of ten bytes is read as supervisord reads it', async () => {
  await using scratch = new Scratch();
  const place = { kind: 'file', path: scratch.write('log', text) } as const;

  for (const [offset, length, wanted] of READS)
    equal(readLog(place, { offset, length }), wanted, `${offset}, ${length}`);
  for (const [offset, length, wanted, overflow] of TAILS)
    deepEqual(tailLog(place, { offset, length }), [wanted, 10, overflow], `${offset}, ${length}`);
});

test('memory is read as a file is', () => {
  for (const [offset, length, wanted] of READS) equal(readLog(memory(), { offset, length }), wanted);
  for (const [offset, length, wanted, overflow] of TAILS)
    deepEqual(tailLog(memory(), { offset, length }), [wanted, 10, overflow]);
});

const megabyte = 2 ** 20;

/** Which bytes of a log of 40 MB come: the first one, and the one after the last. */
function ranged(read: (place: LogPlace) => void): readonly number[] {
  const asked: number[] = [];
  read({
    kind: 'memory',
    path: '',
    bytes: {
      start: 0,
      size: 40 * megabyte,
      read: (from, to) => {
        asked.push(from / megabyte, to / megabyte);
        return Buffer.alloc(0);
      },
    },
    watch: () => ({ [Symbol.dispose]: () => undefined }),
  });
  return asked;
}

const reads = (offset: number, length: number): readonly number[] =>
  ranged((place) => void readLog(place, { offset, length }));

const tails = (offset: number, length: number): readonly number[] =>
  ranged((place) => deepEqual(tailLog(place, { offset, length }), ['', 40 * megabyte, true]));

test('of more than 16 MB the first are read, and the last where the end was asked for', () => {
  deepEqual(reads(0, 0), [0, 16]);
  deepEqual(reads(megabyte, 30 * megabyte), [1, 17]);
  deepEqual(reads(-30 * megabyte, 0), [24, 40]);
  deepEqual(tails(0, 30 * megabyte), [24, 40]);
  deepEqual(tails(0, 50 * megabyte), [24, 40]);
  deepEqual(tails(10 * megabyte, 30 * megabyte), [24, 40]);
});

test('offsets into memory count what is no longer kept', () => {
  equal(readLog(memory(90), { offset: 0, length: 0 }), text);
  equal(readLog(memory(90), { offset: 95, length: 2 }), '56');
  deepEqual(tailLog(memory(90), { offset: 90, length: 20 }), [text, 100, false]);
});

test('a negative length, and any length with a negative offset, are refused', () => {
  throws(() => readLog(memory(), { offset: -3, length: 2 }), { text: 'BAD_ARGUMENTS', code: 3 });
  throws(() => readLog(memory(), { offset: 1, length: -1 }), { text: 'BAD_ARGUMENTS', code: 3 });
});

test('a log that is not there has no text, and one that cannot be read fails', async () => {
  await using scratch = new Scratch();
  const missing = { kind: 'file', path: scratch.path('none') } as const;
  const folder = { kind: 'file', path: scratch.folder } as const;

  throws(() => readLog({ kind: 'none' }, { offset: 0, length: 0 }), { text: 'NO_FILE' });
  throws(() => readLog(missing, { offset: 0, length: 0 }), { text: `NO_FILE: ${missing.path}` });
  throws(() => readLog(folder, { offset: 0, length: 0 }), { text: 'FAILED', code: 30 });
  deepEqual(tailLog({ kind: 'none' }, { offset: 3, length: 1 }), ['', 0, false]);
  deepEqual(tailLog(missing, { offset: 3, length: 1 }), ['', 0, false]);
});

test('what is no UTF-8 is read all the same', async () => {
  await using scratch = new Scratch();
  const path = scratch.path('log');
  writeFileSync(path, Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0x1b]));

  equal(readLog({ kind: 'file', path }, { offset: 0, length: 0 }), 'a\uFFFDé\u001b');
  equal(readLog({ kind: 'file', path }, { offset: 3, length: 1 }), '\uFFFD');
});
