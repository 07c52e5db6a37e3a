import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteQueue } from '../../src/output/byte-queue.ts';
import { MemoryTail } from '../../src/output/memory-tail.ts';
import { Prefixes } from '../../src/output/prefixes.ts';
import { type SinkReport } from '../../src/output/sink.ts';
import { Trouble } from '../../src/output/trouble.ts';
import { WaitingLine } from '../../src/output/waiting-line.ts';

test('a tail keeps the last bytes and counts all of them', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 3000 }));
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 5000 }), (written, maxBytes) => {
      const tail = new MemoryTail(maxBytes);

      for (const chunk of written) tail.append(chunk);

      const all = Buffer.concat(written);
      deepEqual(tail.read(), Buffer.from(all.subarray(Math.max(0, all.length - maxBytes))));
      equal(tail.size, all.length);
    }),
  );
});

test('a tail can be followed by offset', () => {
  const tail = new MemoryTail(8);

  tail.append(Buffer.from('0123456789'));

  equal(tail.start, 2);
  equal(tail.read(0, 4).toString(), '23');
  equal(tail.read(8).toString(), '89');
  equal(tail.read(10).toString(), '');
});

test('a cleared tail goes on with its offsets', () => {
  const tail = new MemoryTail(8);
  tail.append(Buffer.from('0123456789'));

  tail.clear();
  tail.append(Buffer.from('ab'));

  equal(tail.text(), 'ab');
  equal(tail.start, 10);
  equal(tail.size, 12);
});

test('a tail of no bytes keeps nothing', () => {
  const tail = new MemoryTail(0);

  tail.append(Buffer.from('text'));

  equal(tail.text(), '');
});

test('a queue gives back what was pushed, in order', () => {
  // More than a block, at times.
  const size = fc.oneof(fc.nat(9000), fc.nat(300_000), fc.constant(128 * 1024));
  const push = fc.record({ push: fc.tuple(size, fc.nat(255)) });
  const drop = fc.record({ drop: size });
  fc.assert(
    fc.property(fc.array(fc.oneof(push, drop)), (operations) => {
      const queue = new ByteQueue();
      let model = Buffer.alloc(0);

      for (const operation of operations) {
        if ('push' in operation) {
          const [length, seed] = operation.push;
          const bytes = Uint8Array.from({ length }, (_none, index) => index * 31 + seed);
          queue.push(bytes);
          model = Buffer.concat([model, bytes]);
        } else {
          const count = Math.min(operation.drop, model.length);
          queue.drop(count);
          model = model.subarray(count);
        }
        equal(queue.length, model.length);
        const first = Buffer.from(queue.peek());
        ok(first.length > 0 || model.length === 0);
        ok(first.equals(model.subarray(0, first.length)));
      }

      while (queue.length > 0) {
        const first = queue.peek();
        ok(model.subarray(0, first.length).equals(first));
        model = model.subarray(first.length);
        queue.drop(first.length);
      }
      equal(model.length, 0);
    }),
  );
});

test('what was peeked at in a queue does not change when more is pushed', () => {
  const queue = new ByteQueue();
  queue.push(Buffer.from('first'));
  const seen = queue.peek();

  for (let count = 0; count < 100; count++) queue.push(Buffer.alloc(1000, count));

  equal(Buffer.from(seen).toString(), 'first');
});

test('those who wait are woken in order, and no more than there is room for', async () => {
  let room = 2;
  const woken: string[] = [];
  const line = new WaitingLine(() => room > 0);
  const wait = (name: string) =>
    line.add(() => {
      woken.push(name);
      room--;
    });
  room = 0;
  for (const name of ['a', 'b', 'c']) wait(name);

  room = 2;
  line.wake();
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  await new Promise(setImmediate);

  deepEqual(woken, ['a', 'b']);
});

test('a failing sink is reported once, tried again after a while, and its losses are told when it works', () => {
  const reports: SinkReport[] = [];
  let now = 0;
  const trouble = new Trouble({ sink: 'stdout', report: (report) => reports.push(report), now: () => now });
  const error = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });

  trouble.failed(error);
  trouble.lose(10);
  equal(trouble.mustWait, true);
  now = 100;
  equal(trouble.mustWait, false);
  trouble.failed(error);
  trouble.lose(5);
  trouble.worked();
  trouble.worked();

  deepEqual(reports, [
    { type: 'failed', sink: 'stdout', syscall: 'write', code: 'ENOSPC' },
    { type: 'recovered', sink: 'stdout', lostBytes: 15 },
  ]);
});

test('prefixes are as wide as the longest name, also when that changes', () => {
  const prefixes = new Prefixes();
  const prefix = prefixes.prefixOf('web', false);

  prefixes.setNames(['web', 'worker_00']);
  equal(Buffer.from(prefix()).toString(), 'web       | ');
  prefixes.setNames(['web']);

  equal(Buffer.from(prefix()).toString(), 'web | ');
});

test('on a terminal each name has its own colour', () => {
  const prefixes = new Prefixes();
  prefixes.setNames(['a', 'b']);

  const shown = ['a', 'b', 'a'].map((name) => Buffer.from(prefixes.prefixOf(name, true)()).toString());

  deepEqual(shown, ['\u001B[36ma |\u001B[0m ', '\u001B[33mb |\u001B[0m ', '\u001B[36ma |\u001B[0m ']);
});
