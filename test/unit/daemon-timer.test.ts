import { test } from 'node:test';
import { equal } from 'node:assert/strict';
import { Timer } from '../../src/daemon/timer.ts';

const longestMs = 2 ** 31 - 1;

test('a timer fires once, after its delay', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const timer = new Timer();
  let fired = 0;

  timer.set(1000, () => fired++);
  t.mock.timers.tick(999);
  equal(fired, 0);
  t.mock.timers.tick(1);
  t.mock.timers.tick(100_000);

  equal(fired, 1);
});

test('a delay that setTimeout cannot take does not fire early', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const timer = new Timer();
  let fired = 0;

  timer.set(longestMs + 5000, () => fired++);
  t.mock.timers.tick(longestMs);
  t.mock.timers.tick(4999);
  equal(fired, 0);
  t.mock.timers.tick(1);

  equal(fired, 1);
});

test('setting a timer again, clearing it, or setting it to never forgets the earlier deadline', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const timer = new Timer();
  const fired: string[] = [];

  timer.set(10, () => fired.push('first'));
  timer.set(20, () => fired.push('second'));
  t.mock.timers.tick(100);
  timer.set(10, () => fired.push('third'));
  timer.clear();
  timer.set(10, () => fired.push('fourth'));
  timer.set(Infinity, () => fired.push('never'));
  t.mock.timers.tick(longestMs);

  equal(fired.join(), 'second');
});
