import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PoolRig, say, told } from './event-rig.ts';

test('a notification goes to the first listener that is ready', () => {
  const rig = new PoolRig();
  const [one, two] = [rig.play('one'), rig.play('two')];
  say(two, 'READY\n');

  rig.happen('a');
  say(one, 'READY\n');
  rig.happen('b', 'c');
  say(two, 'RESULT 2\nOKREADY\n');

  deepEqual([told(one), told(two)], [['b'], ['a', 'c']]);
});

test('a listener that is not RUNNING yet is told when it is', () => {
  const rig = new PoolRig();
  const one = rig.play('one', { isRunning: false });
  say(one, 'READY\n');
  rig.happen('a');

  deepEqual(told(one), []);
  rig.pool.setRunning('one', true);

  deepEqual(told(one), ['a']);
});

test('the lines of the log are those of Supervisor', () => {
  const rig = new PoolRig();
  const one = rig.play('one');

  say(one, 'READY\n');
  rig.happen('a');
  say(one, 'RESULT 4\nFAIL');
  say(one, 'READY\n');
  say(one, 'RESULT 2\nOK');

  deepEqual(rig.lines, [
    String.raw`DEBG 'one' stdout output:
b'READY\n'`,
    'DEBG one: ACKNOWLEDGED -> READY',
    'DEBG event 0 sent to listener one',
    String.raw`DEBG 'one' stdout output:
b'RESULT 4\nFAIL'`,
    'WARN one: event was rejected',
    'DEBG one: BUSY -> ACKNOWLEDGED',
    'DEBG rebuffering event 0 for pool p (buf size=0, max=3)',
    String.raw`DEBG 'one' stdout output:
b'READY\n'`,
    'DEBG one: ACKNOWLEDGED -> READY',
    'DEBG event 0 sent to listener one',
    String.raw`DEBG 'one' stdout output:
b'RESULT 2\nOK'`,
    'DEBG one: event was processed',
    'DEBG one: BUSY -> ACKNOWLEDGED',
  ]);
});

test('a rejected notification comes back before the others, with its numbers', () => {
  const rig = new PoolRig();
  const one = rig.play('one');
  say(one, 'READY\n');
  rig.happen('a', 'b');

  say(one, 'RESULT 4\nFAILREADY\n');
  say(one, 'RESULT 2\nOKREADY\n');

  deepEqual(told(one), ['a', 'a', 'b']);
  equal(one.input.written[0], one.input.written[1]);
});

test('a listener that dies gives back what it has not answered', () => {
  const rig = new PoolRig();
  const [one, two] = [rig.play('one'), rig.play('two')];
  say(one, 'READY\n');
  rig.happen('a');
  say(two, 'READY\n');

  one.session.end();

  deepEqual([told(two), one.input.isClosed], [['a'], true]);
});

test('an answer that was written before the death counts', () => {
  const rig = new PoolRig();
  const [one, two] = [rig.play('one'), rig.play('two')];
  say(one, 'READY\n');
  say(two, 'READY\n');
  rig.happen('a');
  rig.pool.setRunning('one', false);

  say(one, 'RESULT 2\nOK');
  one.session.end();

  deepEqual(told(two), []);
});

test('what an earlier instance still says is not heard', () => {
  const rig = new PoolRig();
  const before = rig.play('one');
  const one = rig.play('one');
  say(one, 'READY\n');

  say(before, 'nonsense');
  rig.happen('a');

  deepEqual(told(one), ['a']);
});

test('a full buffer discards the oldest, and says so once', () => {
  const rig = new PoolRig();

  rig.happen('a', 'b', 'c', 'd', 'e', 'f', 'g');
  const one = rig.play('one');
  for (let count = 0; count < 4; count++) say(one, count === 0 ? 'READY\n' : 'RESULT 2\nOKREADY\n');
  rig.happen('h');

  deepEqual(told(one), ['e', 'f', 'g', 'h']);
  deepEqual(rig.linesOf('ERRO'), [
    'ERRO pool p event buffer overflowed, discarding event 0',
    'ERRO pool p event buffer overflowed, discarded 4 events until it was empty again',
  ]);
  equal(rig.pool.discardedCount, 4);
});

test('a long overflow is told again when ten times as many are lost', () => {
  const rig = new PoolRig();

  rig.happen(...Array.from({ length: 200 }, String));

  deepEqual(rig.linesOf('ERRO').slice(1), [
    'ERRO pool p event buffer overflowed, discarded 10 events so far',
    'ERRO pool p event buffer overflowed, discarded 100 events so far',
  ]);
});

test('a rejected notification that comes back to a full buffer pushes the oldest out', () => {
  const rig = new PoolRig({ bufferLimit: 2 });
  const one = rig.play('one');
  say(one, 'READY\n');
  rig.happen('a', 'b', 'c');

  say(one, 'RESULT 4\nFAILREADY\n');
  say(one, 'RESULT 2\nOKREADY\n');

  deepEqual(told(one), ['a', 'a', 'c']);
});

test('overlapping subscriptions bring a notification once', () => {
  const rig = new PoolRig({ types: ['EVENT', 'REMOTE_COMMUNICATION'] });

  rig.happen('a');

  equal(rig.pool.waitingCount, 1);
});

test('a rejected notification goes back to its own pool alone', () => {
  const rig = new PoolRig();
  const other = rig.addPool({ name: 'q', types: ['TICK'] });
  const one = rig.play('one');
  say(one, 'READY\n');
  rig.happen('a');

  one.session.end();

  deepEqual([rig.pool.waitingCount, other.waitingCount], [1, 0]);
});

test('serial numbers are shared, pool serial numbers are not', () => {
  const rig = new PoolRig();
  rig.bus.post({ type: 'TICK_5', when: 5 });
  const other = rig.addPool({ name: 'q', types: ['TICK', 'REMOTE_COMMUNICATION'] });
  rig.bus.post({ type: 'TICK_5', when: 10 });
  rig.happen('a');
  const [one, two] = [rig.play('one'), rig.play('two', { pool: other })];
  for (const played of [one, two]) say(played, 'READY\n');
  say(two, 'RESULT 2\nOKREADY\n');

  const numbers = [one, two].flatMap(({ input }) =>
    input.written.map((text) => /serial:\d+.*?poolserial:\d+/.exec(text)?.[0]),
  );

  deepEqual(numbers, [
    'serial:1 pool:p poolserial:0',
    'serial:0 pool:q poolserial:0',
    'serial:1 pool:q poolserial:1',
  ]);
});

test('a listener that has closed its input is passed over', () => {
  const rig = new PoolRig();
  const [one, two] = [rig.play('one'), rig.play('two')];
  one.input.isGone = true;
  for (const played of [one, two]) say(played, 'READY\n');

  rig.happen('a');

  deepEqual(told(two), ['a']);
  match(
    rig.lines.join('\n'),
    /epipe occurred while sending event 0 to listener one, listener state unchanged/,
  );
});

test('a listener that answers without reading is sent no more than fits', () => {
  const rig = new PoolRig();
  const one = rig.play('one');
  say(one, 'READY\n');
  rig.happen('a');
  one.input.isClear = false;
  say(one, 'RESULT 2\nOKREADY\n');
  rig.happen('b');

  deepEqual(told(one), ['a']);
  one.input.isClear = true;
  one.input.onClear();

  deepEqual(told(one), ['a', 'b']);
});

test('a listener that breaks the protocol is restarted, later each time', () => {
  const rig = new PoolRig();

  for (const waitMs of [1000, 2000, 4000]) {
    const one = rig.play('one');
    say(one, 'hello');
    rig.clock.advance(waitMs - 1);
    const before = rig.restarted.length;
    rig.clock.advance(1);
    deepEqual([before + 1, rig.restarted.at(-1)], [rig.restarted.length, 'one']);
    one.session.end();
  }

  deepEqual(rig.linesOf('WARN').slice(0, 2), [
    'WARN one: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol',
    'WARN one: will be restarted in 1 s, so that it receives events again',
  ]);
});

test('a listener that has died by itself is not restarted once more', () => {
  const rig = new PoolRig();
  const one = rig.play('one');
  say(one, 'hello');
  one.session.end();

  rig.clock.advance(1000);

  deepEqual(rig.restarted, []);
});

test('a bad result line gives the notification back', () => {
  const rig = new PoolRig();
  const one = rig.play('one');
  say(one, 'READY\n');
  rig.happen('a');

  say(one, 'BLAH x\n');

  equal(rig.linesOf('WARN')[0], "WARN one: bad result line: 'BLAH x'");
  equal(rig.pool.waitingCount, 1);
});

test('endless rejections are slowed down until one is accepted', () => {
  const rig = new PoolRig();
  const one = rig.play('one');
  say(one, 'READY\n');
  rig.happen('a');

  for (let count = 0; count < 11; count++) say(one, 'RESULT 4\nFAILREADY\n');
  const sentAtOnce = told(one).length;
  rig.clock.advance(100);
  const sentLater = told(one).length;
  say(one, 'RESULT 2\nOKREADY\n');
  rig.happen('b');
  say(one, 'RESULT 4\nFAILREADY\n');

  deepEqual([sentAtOnce, sentLater, told(one).slice(-2)], [11, 12, ['b', 'b']]);
  equal(
    rig.linesOf('WARN').at(-2),
    'WARN pool p rejects one event after the other: sending them more slowly',
  );
});

test('who waits for a pool to be idle waits for the last answer', () => {
  const rig = new PoolRig();
  const one = rig.play('one');
  const calls: string[] = [];
  rig.pool.whenIdle(() => void calls.push('before'));
  say(one, 'READY\n');
  rig.happen('a', 'b');

  rig.pool.whenIdle(() => void calls.push('after'));
  say(one, 'RESULT 2\nOKREADY\n');
  const early = [...calls];
  say(one, 'RESULT 2\nOK');

  deepEqual([early, calls], [['before'], ['before', 'after']]);
});

test('nobody waits for a pool in which nobody answers', () => {
  const rig = new PoolRig();
  const one = rig.play('one');
  const calls: string[] = [];
  say(one, 'READY\n');
  rig.happen('a', 'b');
  rig.pool.whenIdle(() => void calls.push('idle'));

  rig.pool.setRunning('one', false);

  deepEqual(calls, ['idle']);
});

test('a pool that was taken away accepts nothing and leaves no timer behind', () => {
  const rig = new PoolRig();
  const one = rig.play('one');
  say(one, 'hello');

  rig.pool[Symbol.dispose]();
  rig.happen('a');

  deepEqual(
    [rig.pool.waitingCount, rig.clock.timerCount, rig.bus.wants('REMOTE_COMMUNICATION')],
    [0, 0, false],
  );
});

const act = fc.oneof(
  fc.record({ type: fc.constant('happen' as const) }),
  fc.record({
    type: fc.constant('answer' as const),
    who: fc.constantFrom(0, 1),
    text: fc.constantFrom('RESULT 2\nOKREADY\n', 'RESULT 4\nFAILREADY\n', 'READY\n', 'x'),
  }),
  fc.record({ type: fc.constant('die' as const), who: fc.constantFrom(0, 1) }),
  fc.record({ type: fc.constant('wait' as const) }),
);

test('whatever listeners do, with room in the buffer each notification is accepted once or still there', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const rig = new PoolRig({ bufferLimit: 1000 });
      const names = ['one', 'two'] as const;
      const played = names.map((name) => rig.play(name));
      let count = 0;
      for (const step of acts) {
        const one = 'who' in step ? played[step.who] : undefined;
        if (step.type === 'happen') rig.happen(String(count++));
        else if (step.type === 'wait') rig.clock.advance(10_000);
        else if (one !== undefined && step.type === 'answer') say(one, step.text);
        else if (one !== undefined && 'who' in step) {
          one.session.end();
          played[step.who] = rig.play(one.name);
        }
      }
      const acceptedCount = rig.lines.filter((line) => line.endsWith('event was processed')).length;
      const busyCount = played.filter(({ session }) => session.state === 'BUSY').length;

      equal(acceptedCount + busyCount + rig.pool.waitingCount, count);
    }),
  );
});
