import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type EventType } from '../../src/core/event-types.ts';
import { type Policy, type ProcessEvent, neverStarted, step } from '../../src/core/process-machine.ts';
import { EventBus, type Posted } from '../../src/events/bus.ts';
import { Ticks } from '../../src/events/ticks.ts';
import { FakeClock } from './event-rig.ts';
import { defaultPolicy, exited, spawned, start, stop } from './machine-rig.ts';

const listen = (bus: EventBus, ...types: readonly EventType[]): Posted[] => {
  const posted: Posted[] = [];
  bus.subscribe({ types, accept: (one) => void posted.push(one) });
  return posted;
};

const heard = (posted: readonly Posted[]): string[] =>
  posted.map(({ notification, payload }) => `${notification.type} ${payload}`);

test('what nobody asked for is not even written', () => {
  const bus = new EventBus();
  listen(bus, 'TICK');

  bus.post({
    type: 'PROCESS_LOG_STDOUT',
    process: { name: 'a', group: 'a' },
    pid: 1,
    get data(): Uint8Array {
      throw new Error('was read');
    },
  });

  deepEqual([bus.wants('PROCESS_LOG_STDOUT'), bus.wants('TICK_60')], [false, true]);
});

test('a subscriber that leaves is told of nothing more', () => {
  const bus = new EventBus();
  const posted: Posted[] = [];
  const subscription = bus.subscribe({ types: ['EVENT'], accept: (one) => void posted.push(one) });

  bus.post({ type: 'PROCESS_GROUP_ADDED', group: 'a' });
  subscription[Symbol.dispose]();
  bus.post({ type: 'PROCESS_GROUP_REMOVED', group: 'a' });

  deepEqual(heard(posted), ['PROCESS_GROUP_ADDED groupname:a\n']);
});

test('a serial number is taken only when somebody buffers the notification', () => {
  const bus = new EventBus();
  const posted = listen(bus, 'PROCESS_GROUP');

  for (const group of 'abc') bus.post({ type: 'PROCESS_GROUP_ADDED', group });

  deepEqual([posted[2]?.serial, posted[0]?.serial, posted[2]?.serial], [0, 1, 0]);
});

/** What a subscriber to PROCESS_STATE is told of a process to which this happens, each at an instant of its own. */
function lifeOf(
  events: readonly (readonly [nowMs: number, ProcessEvent])[],
  policy: Partial<Policy> = {},
): string[] {
  const bus = new EventBus();
  const posted = listen(bus, 'PROCESS_STATE');
  let before = neverStarted;
  for (const [now, event] of events) {
    const ctx = { now, policy: { ...defaultPolicy, ...policy }, respawn: true };
    const { entered } = step(before, event, ctx);
    bus.postSteps({ process: { name: 'a', group: 'g' }, before, entered });
    before = entered.at(-1) ?? before;
  }
  return heard(posted).map((line) =>
    line.replace('PROCESS_STATE_', '').replace(' processname:a groupname:g from_state', ''),
  );
}

const timer = { type: 'timer' } as const;

test('a life from start to stop', () => {
  deepEqual(
    lifeOf([
      [0, start],
      [0, spawned(7)],
      [1000, timer],
      [2000, stop],
      [2000, exited(0)],
    ]),
    [
      'STARTING:STOPPED tries:0',
      'RUNNING:STARTING pid:7',
      'STOPPING:RUNNING pid:7',
      'STOPPED:STOPPING pid:7',
    ],
  );
});

test('a program that never gets up', () => {
  const events = [
    [0, start],
    [0, spawned(7)],
    [0, exited(1)],
    [1000, timer],
    [1000, spawned(8)],
    [1000, exited(1)],
  ] as const;

  deepEqual(lifeOf(events, { startRetries: 1 }), [
    'STARTING:STOPPED tries:0',
    'BACKOFF:STARTING tries:1',
    'STARTING:BACKOFF tries:1',
    'BACKOFF:STARTING tries:2',
    'FATAL:BACKOFF',
  ]);
});

test('an end that is not expected, before anybody has noticed that it ran, and the restart', () => {
  deepEqual(
    lifeOf([
      [0, start],
      [0, spawned(7)],
      [1000, exited(3)],
    ]),
    [
      'STARTING:STOPPED tries:0',
      'RUNNING:STARTING pid:7',
      'EXITED:RUNNING expected:0 pid:7 exitstatus:3',
      'STARTING:EXITED tries:0',
    ],
  );
});

test('a stop while it waits for its next try', () => {
  deepEqual(
    lifeOf([
      [0, start],
      [0, spawned(7)],
      [0, exited(1)],
      [0, stop],
    ]).slice(2),
    ['STOPPED:BACKOFF pid:0'],
  );
});

test('a signal that the kernel refuses', () => {
  const failed = { type: 'signalFailed', why: 'EPERM' } as const;

  deepEqual(
    lifeOf([
      [0, start],
      [0, spawned(7)],
      [0, stop],
      [0, failed],
      [0, exited(0)],
    ]).slice(2),
    ['UNKNOWN:STOPPING', 'STOPPED:UNKNOWN pid:7'],
  );
});

/** A bus with ticks on a clock that starts at some second since 1970. */
function ticking(startSecond: number): { bus: EventBus; clock: FakeClock; wall: { offsetMs: number } } {
  const clock = new FakeClock();
  const wall = { offsetMs: startSecond * 1000 };
  const bus = new EventBus();
  void new Ticks(bus, { wallMs: () => clock.nowMs + wall.offsetMs, after: clock.after });
  return { bus, clock, wall };
}

test('no timer runs while nobody asks for ticks', () => {
  const { bus, clock } = ticking(1000);
  listen(bus, 'PROCESS_STATE');
  equal(clock.timerCount, 0);

  const subscription = bus.subscribe({ types: ['TICK_60'], accept: () => undefined });
  equal(clock.timerCount, 1);
  subscription[Symbol.dispose]();

  equal(clock.timerCount, 0);
});

test('a tick comes each time the clock enters another period, never at the start', () => {
  const { bus, clock } = ticking(3595);
  const posted = listen(bus, 'TICK');

  clock.advance(4999);
  const early = posted.length;
  clock.advance(5001);

  equal(early, 0);
  deepEqual(heard(posted), [
    'TICK_5 when:3600',
    'TICK_60 when:3600',
    'TICK_3600 when:3600',
    'TICK_5 when:3605',
  ]);
});

test('a clock that was set forward gives one tick', () => {
  const { bus, clock, wall } = ticking(1000);
  const posted = listen(bus, 'TICK_5');

  wall.offsetMs += 60_002;
  clock.advance(5000);
  const late = heard(posted);
  clock.advance(5000);

  deepEqual([late, heard(posted).slice(1)], [['TICK_5 when:1065'], ['TICK_5 when:1070']]);
});

test('one more who asks for ticks does not shift those of others', () => {
  const { bus, clock } = ticking(1003);
  const posted = listen(bus, 'TICK_5');
  clock.advance(1000);

  const later = listen(bus, 'TICK');
  clock.advance(1000);

  deepEqual([heard(posted), heard(later)], [['TICK_5 when:1005'], ['TICK_5 when:1005']]);
});
