import { test } from 'node:test';
import { equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Policy,
  type ProcessEvent,
  type ProcessState,
  neverStarted,
  step,
} from '../../src/core/process-machine.ts';
import { defaultPolicy } from './machine-rig.ts';

/** What a kernel and people can do: a child that lives may die, a timer that is set may fire, a signal may fail. */
const move = fc.oneof(
  fc.constantFrom('start' as const, 'stop' as const, 'shutdown' as const, 'kill' as const, 'timer' as const),
  fc.record({ exit: fc.integer({ min: 0, max: 255 }), after: fc.integer({ min: -10, max: 2000 }) }),
  fc.record({ spawnFails: fc.boolean() }),
  fc.record({ signalFails: fc.boolean() }),
  fc.record({ respawn: fc.boolean() }),
);

const policies: fc.Arbitrary<Policy> = fc.record({
  startMs: fc.constantFrom(0, 1, 1000),
  startRetries: fc.constantFrom(0, 2, Infinity),
  autorestart: fc.constantFrom('never', 'unexpected', 'always'),
  exitCodes: fc.constantFrom([0], [0, 2], []),
  stopSignals: fc.constantFrom([15], [15, 2], [9]),
  stopMs: fc.constantFrom(0, 3000),
  stopAsGroup: fc.boolean(),
  killAsGroup: fc.boolean(),
});

/** A world with one process in it, which checks every step. */
class PossibleWorld {
  state: ProcessState = neverStarted;
  now = 0;
  child = 0;
  lastPid = 100;
  timer: number | undefined;
  spawnFails = false;
  signalFails = false;
  respawn = true;
  readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  send(event: ProcessEvent): void {
    const { now, policy, respawn } = this;
    const { entered, effects } = step(this.state, event, { now, policy, respawn });
    this.state = entered.at(-1) ?? this.state;
    const answers: ProcessEvent[] = [];
    for (const effect of effects) {
      if (effect.type === 'setTimer') this.timer = effect.at;
      if (effect.type === 'clearTimer') this.timer = undefined;
      if (effect.type === 'signal') {
        equal(effect.pid, this.child, 'signals go to the living child only');
        if (this.signalFails) answers.push({ type: 'signalFailed', why: 'EPERM' });
      }
      if (effect.type === 'spawn') answers.push(this.spawn());
    }
    for (const answer of answers) this.send(answer);
    if (answers.length === 0) this.check();
  }

  spawn(): ProcessEvent {
    equal(this.child, 0, 'never two copies');
    ok(this.respawn || this.state.name === 'STARTING');
    if (this.spawnFails) return { type: 'spawnFailed', why: 'EAGAIN', exitCode: 126 };
    this.child = ++this.lastPid;
    return { type: 'spawned', pid: this.child };
  }

  check(): void {
    const pid = 'pid' in this.state ? (this.state.pid ?? 0) : 0;
    equal(pid, this.child, `${this.state.name} holds the pid of the living child, or none`);
    if (this.state.name === 'STOPPING') ok(this.timer !== undefined, 'STOPPING never waits for ever');
  }

  take(chosen: typeof move extends fc.Arbitrary<infer M> ? M : never): void {
    if (chosen === 'start' || chosen === 'kill') this.send({ type: chosen });
    else if (chosen === 'stop') this.send({ type: 'stop', shutdown: false });
    else if (chosen === 'shutdown') this.send({ type: 'stop', shutdown: true });
    else if (chosen === 'timer') this.fire();
    else if ('spawnFails' in chosen) this.spawnFails = chosen.spawnFails;
    else if ('signalFails' in chosen) this.signalFails = chosen.signalFails;
    else if ('respawn' in chosen) this.respawn = chosen.respawn;
    else this.die(chosen);
  }

  fire(): void {
    if (this.timer === undefined) return;
    this.now = Math.max(this.now, this.timer);
    this.timer = undefined;
    this.send({ type: 'timer' });
  }

  die({ exit, after }: { readonly exit: number; readonly after: number }): void {
    if (this.child === 0) return;
    this.now += after;
    this.child = 0;
    const end =
      exit < 32 && exit > 0
        ? ({ kind: 'signaled', signal: exit, coreDumped: false } as const)
        : ({ kind: 'exited', code: exit } as const);
    this.send({ type: 'exited', end });
  }
}

test('whatever the world does: never two copies, signals only to our own child, a pid only with a living child', () => {
  fc.assert(
    fc.property(policies, fc.array(move, { maxLength: 60 }), (policy, moves) => {
      const world = new PossibleWorld(policy);
      for (const chosen of moves) world.take(chosen);
    }),
    { numRuns: 20_000 },
  );
});

test('whatever came before, a stop and the deaths it asks for end in a state without a process', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
      const world = new PossibleWorld(defaultPolicy);
      for (const chosen of moves) world.take(chosen);
      world.signalFails = false;
      world.respawn = false;
      world.send({ type: 'stop', shutdown: true });
      world.die({ exit: 9, after: 0 });
      world.fire();

      equal(world.child, 0);
      ok(['STOPPED', 'EXITED', 'FATAL', 'UNKNOWN'].includes(world.state.name), world.state.name);
    }),
    { numRuns: 5000 },
  );
});
