import { test } from 'node:test';
import { deepEqual, equal, throws } from 'node:assert/strict';
import { type Policy, step } from '../../src/core/process-machine.ts';
import {
  Rig,
  defaultPolicy,
  exited,
  kill,
  killedBy,
  shutDown,
  spawnFailed,
  spawned,
  start,
  stop,
} from './machine-rig.ts';

const failFourTimes = (rig: Rig): void => {
  rig.send(start);
  for (let n = 1; n <= 4; n++) rig.send(spawned(n), exited(1)).advance(n * 1000);
};

/** What happens, and the states that Supervisor 4.3 goes through for it. */
const lives: readonly (readonly [string, (rig: Rig) => void, string, Partial<Policy>?])[] = [
  ['stays up for startsecs', (r) => r.send(start, spawned()).advance(1000), 'STARTING RUNNING'],
  ['has not been up for startsecs', (r) => r.send(start, spawned()).advance(999), 'STARTING'],
  [
    'exits as expected',
    (r) => r.send(start, spawned()).advance(1000).send(exited(0)),
    'STARTING RUNNING EXITED',
  ],
  [
    'exits other than expected and is started again at once',
    (r) => r.send(start, spawned()).advance(1000).send(exited(3), spawned(8)),
    'STARTING RUNNING EXITED STARTING',
  ],
  [
    'is killed by a signal and is started again',
    (r) => r.send(start, spawned()).advance(1000).send(killedBy(9), spawned(8)).advance(1000),
    'STARTING RUNNING EXITED STARTING RUNNING',
  ],
  [
    'exits with an expected code under autorestart=true',
    (r) => r.send(start, spawned()).advance(1000).send(exited(0), spawned(8)),
    'STARTING RUNNING EXITED STARTING',
    { autorestart: 'always' },
  ],
  [
    'fails under autorestart=false',
    (r) => r.send(start, spawned()).advance(1000).send(exited(1)).advance(60_000),
    'STARTING RUNNING EXITED',
    { autorestart: 'never' },
  ],
  [
    'has startsecs=0 and exits at once',
    (r) => r.send(start, spawned(), exited(0)),
    'STARTING RUNNING EXITED',
    { startMs: 0 },
  ],
  [
    'ran for startsecs before anybody noticed',
    (r) => {
      r.send(start, spawned());
      r.now = 1000;
      r.send(exited(0));
    },
    'STARTING RUNNING EXITED',
  ],
  [
    'dies young until it is FATAL',
    failFourTimes,
    'STARTING BACKOFF STARTING BACKOFF STARTING BACKOFF STARTING BACKOFF FATAL',
  ],
  [
    'cannot be spawned and has no retries',
    (r) => r.send(start, spawnFailed),
    'STARTING BACKOFF FATAL',
    { startRetries: 0 },
  ],
  [
    'dies young under autorestart=false, which does not matter while starting',
    (r) => r.send(start, spawned(), exited(0)).advance(1000),
    'STARTING BACKOFF STARTING',
    { autorestart: 'never' },
  ],
  [
    'is stopped while in BACKOFF',
    (r) => r.send(start, spawned(), exited(1), stop).advance(9999),
    'STARTING BACKOFF STOPPED',
  ],
  [
    'is in BACKOFF at shutdown',
    (r) => r.send(start, spawned(), exited(1), shutDown),
    'STARTING BACKOFF FATAL',
  ],
  [
    'is in BACKOFF when another rank is being stopped',
    (r) => {
      r.send(start, spawned(), exited(1));
      r.respawn = false;
      r.advance(60_000);
    },
    'STARTING BACKOFF',
  ],
  [
    'is stopped',
    (r) => r.send(start, spawned()).advance(1000).send(stop, killedBy(15)),
    'STARTING RUNNING STOPPING STOPPED',
  ],
  [
    'is stopped while starting',
    (r) => r.send(start, spawned(), stop, exited(0)),
    'STARTING STOPPING STOPPED',
  ],
  [
    'exits while the supervisor shuts down',
    (r) => {
      r.send(start, spawned()).advance(1000);
      r.respawn = false;
      r.send(exited(1)).advance(60_000);
    },
    'STARTING RUNNING EXITED',
  ],
  [
    'cannot be signalled, and dies later',
    (r) => r.send(start, spawned(), stop, { type: 'signalFailed', why: 'EPERM' }, exited(0)),
    'STARTING STOPPING UNKNOWN STOPPED',
  ],
  [
    'cannot be signalled at first, and can later',
    (r) => r.send(start, spawned(), stop, { type: 'signalFailed', why: 'EPERM' }, stop, killedBy(15)),
    'STARTING STOPPING UNKNOWN STOPPING STOPPED',
  ],
  [
    'is started after it was FATAL, with its failures forgotten',
    (r) => {
      failFourTimes(r);
      r.send(start, spawned(9), exited(1));
    },
    'STARTING BACKOFF STARTING BACKOFF STARTING BACKOFF STARTING BACKOFF FATAL STARTING BACKOFF',
  ],
  ['is killed', (r) => r.send(start, spawned(), kill, killedBy(9)), 'STARTING STOPPING STOPPED'],
];

for (const [name, live, path, policy] of lives) {
  test(`a process that ${name}: ${path.replaceAll(' ', ' → ')}`, () => {
    const rig = new Rig(policy);

    live(rig);

    equal(rig.path.join(' '), path);
  });
}

test('back-off is linear: 1, 2, 3 seconds', () => {
  const rig = new Rig().send(start, spawned(), exited(1));

  const waits = [1, 2, 3].map((attempt) => {
    const before = rig.now;
    rig.advance(attempt * 1000 - 1);
    equal(rig.state.name, 'BACKOFF');
    rig.advance(1);
    equal(rig.state.name, 'STARTING');
    const waitedMs = rig.now - before;
    rig.send(spawned(), exited(1));
    return waitedMs;
  });

  deepEqual(waits, [1000, 2000, 3000]);
  equal(rig.state.name, 'FATAL');
});

test('a process with startretries=unlimited never becomes FATAL', () => {
  const rig = new Rig({ startRetries: Infinity }).send(start);

  for (let attempt = 1; attempt <= 50; attempt++) rig.send(spawned(), exited(1)).advance(attempt * 1000);

  equal(rig.path.includes('FATAL'), false);
});

test('a process that ignores stopsignal is sent KILL every stopwaitsecs', () => {
  const rig = new Rig().send(start, spawned()).advance(1000);

  rig.send(stop).advance(20_000);

  deepEqual(rig.signals, ['15', '9', '9']);
  equal(rig.state.name, 'STOPPING');
});

test('each signal of a stopsignal list is given stopwaitsecs, then KILL', () => {
  const rig = new Rig({ stopSignals: [15, 2, 3], stopMs: 5000 }).send(start, spawned(), stop);

  rig.advance(15_000);

  deepEqual(rig.signals, ['15', '2', '3', '9']);
});

const signalsOf = (policy: Partial<Policy>): readonly string[] =>
  new Rig(policy).send(start, spawned(), stop).advance(10_000).signals;

test('stopasgroup sends stopsignal to the group, killasgroup sends KILL to it', () => {
  deepEqual(signalsOf({}), ['15', '9']);
  deepEqual(signalsOf({ killAsGroup: true }), ['15', '9 group']);
  deepEqual(signalsOf({ stopAsGroup: true, killAsGroup: true }), ['15 group', '9 group']);
});

test('a second stop changes nothing, a kill sends KILL at once', () => {
  const rig = new Rig().send(start, spawned(), stop, stop);
  deepEqual(rig.signals, ['15']);

  rig.send(kill);

  deepEqual(rig.signals, ['15', '9']);
});

test('a death before its own start, after the clock was set back, counts as having run long enough', () => {
  const rig = new Rig({ autorestart: 'never' }).send(start, spawned());

  rig.now = -3_600_000;
  rig.send(exited(0));

  deepEqual(rig.path, ['STARTING', 'RUNNING', 'EXITED']);
});

test('a program that ends at once for ever is restarted at once a hundred times, then once a second', () => {
  const rig = new Rig({ startMs: 0, autorestart: 'always' }).send(start, spawned());

  for (let run = 1; run <= 100; run++) rig.send(exited(1), spawned());
  equal(rig.now, 0);
  rig.send(exited(1));
  equal(rig.state.name, 'EXITED');
  rig.advance(999);
  equal(rig.state.name, 'EXITED');
  rig.advance(1);

  equal(rig.state.name, 'STARTING');
});

test('one long run makes restarts immediate again', () => {
  const rig = new Rig({ startMs: 0, autorestart: 'always' }).send(start, spawned());
  for (let run = 1; run <= 100; run++) rig.send(exited(1), spawned());

  rig.advance(1000).send(exited(1));

  equal(rig.state.name, 'STARTING');
});

test('a restart that waits is dropped by a stop', () => {
  const rig = new Rig({ startMs: 0, autorestart: 'always' }).send(start, spawned());
  for (let run = 1; run <= 100; run++) rig.send(exited(1), spawned());
  rig.send(exited(1));

  rig.send(stop).advance(60_000);

  equal(rig.state.name, 'EXITED');
});

test('nothing is started while the supervisor shuts down, whoever asks', () => {
  const rig = new Rig();
  rig.respawn = false;

  rig.send(start);

  equal(rig.state.name, 'STOPPED');
});

test('FATAL remembers how the last try ended', () => {
  const rig = new Rig({ startRetries: 0 }).send(start, spawned(), exited(78));

  deepEqual(rig.state, {
    name: 'FATAL',
    why: 'Exited too quickly (process log may have details)',
    end: { kind: 'exited', code: 78 },
  });
});

test('an event that cannot happen in a state is a bug, and says which', () => {
  const context = { now: 0, policy: defaultPolicy, respawn: true };

  throws(
    () => step({ name: 'STOPPED', end: undefined }, exited(0), context),
    /exited cannot happen in state STOPPED/,
  );
});
