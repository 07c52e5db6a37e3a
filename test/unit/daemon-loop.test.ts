import { test } from 'node:test';
import { deepEqual } from 'node:assert/strict';
import { Loop } from '../../src/daemon/loop.ts';

test('what an event causes is taken after it, in order, and never inside it', () => {
  const taken: string[] = [];
  const loop: Loop<string> = new Loop(
    (event) => {
      taken.push(`${event} begins`);
      if (event === 'a') {
        loop.post('b');
        loop.post('c');
      }
      taken.push(`${event} ends`);
    },
    () => undefined,
  );

  loop.post('a');

  deepEqual(taken, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('an event that throws is told, and the next one is taken', () => {
  const taken: string[] = [];
  const errors: unknown[] = [];
  const loop: Loop<string> = new Loop(
    (event) => {
      taken.push(event);
      if (event !== 'a') return;
      loop.post('b');
      throw new Error('bug');
    },
    (error) => errors.push(error instanceof Error && error.message),
  );

  loop.post('a');
  loop.post('c');

  deepEqual(taken, ['a', 'b', 'c']);
  deepEqual(errors, ['bug']);
});
