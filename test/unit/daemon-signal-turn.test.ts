import { deepEqual } from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { SignalTurn } from '../../src/daemon/signal-turn.ts';

const [hup, usr2, term] = [1, 12, 15];

/** A turn, and what came of it. */
function newTurn(): { readonly signals: SignalTurn; readonly done: (number | 'finished')[] } {
  const done: (number | 'finished')[] = [];
  const signals = new SignalTurn({
    react: (signal) => done.push(signal),
    finish: () => done.push('finished'),
  });
  return { signals, done };
}

test('signals are reacted to at the end of the turn, in the order in which they came', async () => {
  const { signals, done } = newTurn();

  signals.keep(usr2);
  signals.keep(term);
  deepEqual(done, []);
  await turn();

  deepEqual(done, [usr2, term, 'finished']);
});

test('a signal that comes thousands of times in one turn is reacted to twice', async () => {
  const { signals, done } = newTurn();

  for (let count = 0; count < 5000; count++) signals.keep(hup);
  signals.keep(term);
  await turn();

  deepEqual(done, [hup, hup, term, 'finished']);
});

test('a signal of the next turn is reacted to again', async () => {
  const { signals, done } = newTurn();

  signals.keep(term);
  await turn();
  signals.keep(term);
  await turn();

  deepEqual(done, [term, 'finished', term, 'finished']);
});

test('a turn in which nothing was kept has an end, too', async () => {
  const { signals, done } = newTurn();

  signals.open();
  signals.open();
  await turn();

  deepEqual(done, ['finished']);
});
