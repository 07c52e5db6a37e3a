import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ListenerOutcome,
  type ListenerState,
  busy,
  hear,
  unheard,
} from '../../src/core/listener-machine.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ready: ListenerState = { name: 'READY' };
const unknown: ListenerState = { name: 'UNKNOWN' };

const word = (outcome: ListenerOutcome): string => {
  if (outcome.type === 'changed') return outcome.to;
  return outcome.type === 'badResultLine' ? `bad ${new TextDecoder().decode(outcome.line)}` : outcome.type;
};

const rows: readonly (readonly [string, ListenerState, string, string, readonly string[]])[] = [
  ['a word that is not finished is waited for', unheard, 'REA', 'ACKNOWLEDGED', []],
  ['READY makes it ready', unheard, 'READY\n', 'READY', ['READY']],
  ['anything else breaks the protocol', unheard, 'hello\n', 'UNKNOWN', ['UNKNOWN']],
  ['one wrong byte is enough', unheard, 'x', 'UNKNOWN', ['UNKNOWN']],
  ['bytes after READY break the protocol', unheard, 'READY\nx', 'UNKNOWN', ['READY', 'UNKNOWN']],
  ['a ready listener may not speak', ready, '\n', 'UNKNOWN', ['UNKNOWN']],
  ['a result line is waited for', busy, 'RESULT 2', 'BUSY', []],
  ['a result is waited for', busy, 'RESULT 2\nO', 'BUSY', []],
  ['OK accepts', busy, 'RESULT 2\nOK', 'ACKNOWLEDGED', ['accepted', 'ACKNOWLEDGED']],
  [
    'answer and READY may come in one write',
    busy,
    'RESULT 2\nOKREADY\n',
    'READY',
    ['accepted', 'ACKNOWLEDGED', 'READY'],
  ],
  ['FAIL rejects', busy, 'RESULT 4\nFAIL', 'ACKNOWLEDGED', ['rejected', 'ACKNOWLEDGED']],
  ['ok in small letters rejects', busy, 'RESULT 2\nok', 'ACKNOWLEDGED', ['rejected', 'ACKNOWLEDGED']],
  [
    'a result that begins with OK rejects',
    busy,
    'RESULT 3\nOK!',
    'ACKNOWLEDGED',
    ['rejected', 'ACKNOWLEDGED'],
  ],
  ['an empty result rejects at once', busy, 'RESULT 0\n', 'ACKNOWLEDGED', ['rejected', 'ACKNOWLEDGED']],
  ['blanks and a sign are borne', busy, 'RESULT  +2 \r\nOK', 'ACKNOWLEDGED', ['accepted', 'ACKNOWLEDGED']],
  [
    'a newline after the result breaks the protocol',
    busy,
    'RESULT 2\nOK\nREADY\n',
    'UNKNOWN',
    ['accepted', 'ACKNOWLEDGED', 'UNKNOWN'],
  ],
  ['a negative length is no length', busy, 'RESULT -1\n', 'UNKNOWN', ['bad RESULT -1', 'UNKNOWN']],
  [
    'a length of a petabyte is not waited for',
    busy,
    'RESULT 1000000000000000\n',
    'UNKNOWN',
    ['bad RESULT 1000000000000000', 'UNKNOWN'],
  ],
  ['no length is no length', busy, 'RESULT \n', 'UNKNOWN', ['bad RESULT ', 'UNKNOWN']],
  ['another word is no result', busy, 'BLAH x\n', 'UNKNOWN', ['bad BLAH x', 'UNKNOWN']],
  ['another word before a number is no result', busy, 'listen 80\n', 'UNKNOWN', ['bad listen 80', 'UNKNOWN']],
  ['what follows a violation is not heard', unknown, 'READY\n', 'UNKNOWN', []],
];

for (const [name, state, text, expected, words] of rows)
  test(name, () => {
    const heard = hear(state, bytes(text));

    deepEqual([heard.state.name, heard.outcomes.map(word)], [expected, words]);
  });

test('a result line without an end is given up', () => {
  const heard = hear(busy, bytes('RESULT '.padEnd(100_000, '1')));

  equal(heard.state.name, 'UNKNOWN');
});

const state = fc.constantFrom(unheard, ready, busy, unknown);
const speech = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom('READY\n', 'RESULT 2\nOK', 'RESULT 4\nFAIL', 'RESULT 0\n', 'RES'),
      },
      fc.string({ maxLength: 12 }),
      fc.constant('x'.repeat(300)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => bytes(parts.join('')));

test('however the bytes are cut, the same is heard', () => {
  fc.assert(
    fc.property(state, speech, fc.array(fc.nat(400)), (before, said, cuts) => {
      const whole = hear(before, said);
      const borders = [0, ...cuts.map((cut) => cut % (said.length + 1)), said.length].toSorted(
        (a, b) => a - b,
      );
      let current = before;
      const outcomes: ListenerOutcome[] = [];
      for (const [index, from] of borders.entries()) {
        const heard = hear(current, said.subarray(from, borders[index + 1] ?? said.length));
        current = heard.state;
        outcomes.push(...heard.outcomes);
      }

      deepEqual({ state: current, outcomes }, whole);
    }),
  );
});

test('any bytes are answered in bounded memory', () => {
  fc.assert(
    fc.property(state, fc.uint8Array({ maxLength: 2000 }), (before, said) => {
      const heard = hear(before, said);

      const held = heard.state.name === 'BUSY' ? heard.state.answer : undefined;
      equal(held === undefined || (held.kind === 'line' ? held.bytes : held.head).length <= 256, true);
    }),
  );
});
