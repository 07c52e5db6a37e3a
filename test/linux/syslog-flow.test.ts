import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldClock } from '../../src/output/hold-clock.ts';
import { SyslogFlow } from '../../src/output/syslog-flow.ts';
import { type SyslogOutlet, SyslogSink } from '../../src/output/syslog-sink.ts';

/** A stream on its way to a server that the test plays. */
function rig(): {
  readonly flow: SyslogFlow;
  readonly clock: HoldClock;
  readonly messages: string[];
  readonly state: { isFull: boolean; waitingCount: number };
} {
  const messages: string[] = [];
  const state = { isFull: false, waitingCount: 0 };
  const outlet: SyslogOutlet = {
    name: 'syslog',
    maxMessageBytes: 1000,
    get isFull() {
      return state.isFull;
    },
    send: (message) => void messages.push(Buffer.from(message).toString('latin1')),
    whenReady: () => void state.waitingCount++,
    flush: () => Promise.resolve(),
    reopen: () => undefined,
    close: () => undefined,
  };
  const clock = new HoldClock();
  const sink = new SyslogSink({ outlet, header: () => '' });
  return { flow: new SyslogFlow({ sink, clock }), clock, messages, state };
}

test('lines go to syslog whole', () => {
  const { flow, messages } = rig();

  for (const chunk of ['on', 'e\ntw', 'o\n']) flow.feed(Buffer.from(chunk));

  deepEqual(messages, ['one', 'two']);
});

test('an unfinished line goes to syslog when the clock lets go of it, and at the end', () => {
  const { flow, clock, messages } = rig();

  flow.feed(Buffer.from('prompt> '));
  clock.releaseAll();
  flow.feed(Buffer.from('last'));
  flow.end();

  deepEqual(messages, ['prompt> ', 'last']);
});

test('what is held is not what is read next', () => {
  const { flow, messages } = rig();
  const space = Buffer.from('abc');

  flow.feed(space);
  space.fill('x');
  flow.feed(Buffer.from('\n'));

  deepEqual(messages, ['abc']);
});

test('a line without an end is not held for ever', () => {
  const { flow, messages } = rig();

  for (let count = 0; count < 70; count++) flow.feed(Buffer.alloc(1000, 'x'));

  equal(messages.length >= 65, true);
});

test('the stream waits for a server that is full', () => {
  const { flow, state } = rig();

  state.isFull = true;
  const first = flow.feed(Buffer.from('a\n'));
  flow.whenReady(() => undefined);
  const second = flow.resume();
  state.isFull = false;

  deepEqual([first, second, flow.resume(), state.waitingCount], [false, false, true, 1]);
});

test('however a stream is cut, syslog gets the same lines', () => {
  const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.array(fc.nat(500)), (lines, cuts) => {
      const { flow, messages } = rig();
      const bytes = Buffer.from(lines.map((text) => `${text}.\n`).join(''));
      const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
        (a, b) => a - b,
      );

      for (const [index, from] of borders.entries()) flow.feed(bytes.subarray(from, borders[index + 1]));
      flow.end();

      deepEqual(
        messages,
        lines.map((text) => Buffer.from(`${text}.`).toString('latin1')),
      );
    }),
  );
});
