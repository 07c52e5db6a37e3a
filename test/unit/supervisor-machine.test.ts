import { test } from 'node:test';
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { type ProcessState, neverStarted } from '../../src/core/process-machine.ts';
import { isStopped } from '../../src/core/process-state.ts';
import {
  type Member,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorPolicy,
  type SupervisorState,
  superviseStep,
} from '../../src/core/supervisor-machine.ts';

const running = { name: 'RUNNING', pid: 7, since: 0, quickRuns: 0 } as const;
const stopping = { name: 'STOPPING', pid: 7, sent: 1 } as const;
const stopped: ProcessState = { name: 'STOPPED', end: { kind: 'exited', code: 0 } };
const exitedWith = (code: number, expected = code === 0): Extract<ProcessState, { name: 'EXITED' }> => ({
  name: 'EXITED',
  end: { kind: 'exited', code },
  expected,
  restarts: false,
  quickRuns: 0,
});
const fatalWith = (code: number): ProcessState => ({
  name: 'FATAL',
  why: 'gave up',
  end: { kind: 'exited', code },
});

interface FakeProcess extends Member {
  state: ProcessState;
  wasStarted: boolean;
}

/** The supervisor machine on a virtual clock, over processes that do as the test says. */
class Rig {
  now = 0;
  state: SupervisorState = { name: 'READY' };
  timer: number | undefined;
  readonly did: string[] = [];
  readonly members = new Map<string, FakeProcess>();
  readonly policy: SupervisorPolicy;

  constructor(members: readonly Partial<Member>[], policy: Partial<SupervisorPolicy> = {}) {
    this.policy = {
      exitWhenDone: true,
      exitCodeOnStop: 0,
      shutdownMs: Infinity,
      mainNamespec: undefined,
      ...policy,
    };
    for (const [index, member] of members.entries()) {
      const namespec = member.namespec ?? `p${index}`;
      this.members.set(namespec, {
        namespec,
        rank: 999,
        autostart: true,
        critical: false,
        isListener: false,
        wasStarted: false,
        state: neverStarted,
        ...member,
      });
    }
  }

  send(event: SupervisorEvent): this {
    const { now, policy, members } = this;
    const { entered, effects } = superviseStep(this.state, event, { now, policy, members });
    this.state = entered.at(-1) ?? this.state;
    for (const effect of effects) this.note(effect);
    return this;
  }

  note(effect: SupervisorEffect): void {
    if (effect.type === 'setTimer') this.timer = effect.at;
    else if (effect.type === 'clearTimer') this.timer = undefined;
    else if (effect.type === 'exit') this.did.push(`exit ${effect.exitCode} ${effect.cause.kind}`);
    else if (effect.type === 'restart') this.did.push('restart');
    else if (effect.type === 'tellKilled') this.did.push(`tell ${effect.outOfTime ? 'late' : 'asked'}`);
    else this.did.push(`${effect.type.replace('Process', '')} ${effect.namespec}`);
  }

  /** A process comes to rest in a state. */
  enter(namespec: string, state: ProcessState): this {
    const member = this.members.get(namespec);
    if (member !== undefined) Object.assign(member, { state, wasStarted: true });
    return this.send({ type: 'processEntered', namespec, state });
  }

  runAll(): this {
    this.send({ type: 'begin' });
    for (const name of this.members.keys()) this.enter(name, running);
    this.did.length = 0;
    return this;
  }
}

const term: SupervisorEvent = { type: 'stopRequested', by: 'SIGTERM' };

test('what is autostarted starts in start order, and nothing else does', () => {
  const rig = new Rig([{ namespec: 'a' }, { namespec: 'b', autostart: false }, { namespec: 'c' }]);

  rig.send({ type: 'begin' });

  deepEqual(rig.did, ['start a', 'start c']);
});

test('ranks stop in reverse, each at once, the next when the last has ended', () => {
  const rig = new Rig([
    { namespec: 'db', rank: 1 },
    { namespec: 'app', rank: 2 },
    { namespec: 'web1', rank: 3 },
    { namespec: 'web2', rank: 3 },
  ]).runAll();

  rig.send(term);
  deepEqual(rig.did, ['stop web2', 'stop web1']);
  rig.enter('web1', stopped);
  equal(rig.did.length, 2);
  rig.enter('web2', stopped).enter('app', stopping).enter('app', stopped).enter('db', stopped);

  deepEqual(rig.did.slice(2), ['stop app', 'stop db', 'exit 0 requested']);
});

test('a requested stop with nothing running exits at once with exit_code_on_stop', () => {
  const rig = new Rig([{ autostart: false }], { exitCodeOnStop: 143 }).send({ type: 'begin' }).send(term);

  deepEqual(rig.did, ['exit 143 requested']);
});

test('a process that ended by itself while others are stopped is not waited for', () => {
  const rig = new Rig([
    { namespec: 'a', rank: 1 },
    { namespec: 'b', rank: 2 },
  ]).runAll();

  rig.send(term).enter('a', exitedWith(0)).enter('b', stopped);

  deepEqual(rig.did, ['stop b', 'exit 0 requested']);
});

test('when shutdown_timeout is used up everything left is killed and named', () => {
  const rig = new Rig(
    [
      { namespec: 'a', rank: 1 },
      { namespec: 'b', rank: 2 },
    ],
    { shutdownMs: 8000 },
  ).runAll();

  rig.send(term);
  equal(rig.timer, 8000);
  rig.send({ type: 'timer' });

  deepEqual(rig.did, ['stop b', 'tell late', 'kill a', 'kill b']);
});

test('a second request kills at once', () => {
  const rig = new Rig([{ namespec: 'a' }]).runAll();

  rig.send(term).send(term);

  deepEqual(rig.did, ['stop a', 'tell asked', 'kill a']);
});

test('the first request while a critical end is being handled waits, the second kills', () => {
  const rig = new Rig([{ namespec: 'a', critical: true }, { namespec: 'b' }])
    .runAll()
    .enter('a', exitedWith(3));

  rig.send(term);
  deepEqual(rig.did, ['stop b']);
  rig.send(term);
  deepEqual(rig.did.slice(1), ['tell asked', 'kill b']);
  rig.enter('b', stopped);

  equal(rig.did.at(-1), 'exit 3 critical');
});

test('a restart stops everything and begins anew', () => {
  const rig = new Rig([{ namespec: 'a' }]).runAll();

  rig.send({ type: 'restartRequested' }).enter('a', stopped);

  deepEqual(rig.did, ['stop a', 'restart']);
});

test('a stop during a restart turns it into an exit', () => {
  const rig = new Rig([{ namespec: 'a' }]).runAll();

  rig.send({ type: 'restartRequested' }).send(term).enter('a', stopped);

  deepEqual(rig.did, ['stop a', 'exit 0 requested']);
});

const ends: readonly (readonly [string, ProcessState, string | undefined])[] = [
  ['goes FATAL with code 78', fatalWith(78), 'exit 78 critical'],
  ['goes FATAL with code 0', fatalWith(0), 'exit 1 critical'],
  ['exits as expected', exitedWith(0), 'exit 0 critical'],
  ['exits with an expected code of 5', exitedWith(5, true), 'exit 5 critical'],
  ['exits with 3', exitedWith(3), 'exit 3 critical'],
  ['exits with 0, which is not expected', exitedWith(0, false), 'exit 1 critical'],
  [
    'is killed by signal 9',
    { ...exitedWith(0, false), end: { kind: 'signaled', signal: 9, coreDumped: false } },
    'exit 137 critical',
  ],
  [
    'cannot be executed',
    { name: 'FATAL', why: '', end: { kind: 'notExecuted', exitCode: 127, why: '' } },
    'exit 127 critical',
  ],
  ['exits and will be restarted', { ...exitedWith(3), restarts: true }, undefined],
  ['is stopped on request', stopped, undefined],
];

for (const [name, state, expected] of ends) {
  test(`a critical process that ${name}: ${expected ?? 'the supervisor goes on'}`, () => {
    const rig = new Rig([{ namespec: 'a', critical: true }, { namespec: 'other' }]).runAll();

    rig.enter('a', state).enter('other', stopped);

    equal(rig.did.at(-1), expected);
  });
}

test('when all have ended as expected the exit code is 0', () => {
  const rig = new Rig([{ namespec: 'a' }, { namespec: 'b' }]).runAll();

  rig.enter('a', exitedWith(0));
  deepEqual(rig.did, []);
  rig.enter('b', exitedWith(0));

  deepEqual(rig.did, ['exit 0 done']);
});

test('when all have ended the exit code is that of the first that failed', () => {
  const rig = new Rig([{ namespec: 'a' }, { namespec: 'b' }, { namespec: 'c' }]).runAll();

  rig.enter('b', exitedWith(4)).enter('a', fatalWith(9)).enter('c', exitedWith(0));

  deepEqual(rig.did, ['exit 4 done']);
});

test('with exit_when_done=false the supervisor stays', () => {
  const rig = new Rig([{ namespec: 'a' }], { exitWhenDone: false }).runAll().enter('a', exitedWith(0));

  deepEqual(rig.did, []);
});

test('a program that was never started and is not to be started does not keep the supervisor', () => {
  const rig = new Rig([{ namespec: 'a' }, { namespec: 'b', autostart: false }]).send({ type: 'begin' });

  rig.enter('a', exitedWith(0));

  equal(rig.did.at(-1), 'exit 0 done');
});

test('a program that somebody stopped keeps the supervisor: it may be started again', () => {
  const rig = new Rig([{ namespec: 'a' }, { namespec: 'b' }])
    .runAll()
    .enter('b', stopped)
    .enter('a', exitedWith(0));

  deepEqual(rig.did, []);
});

test('a config whose programs are all autostart=false stays up', () => {
  const rig = new Rig([{ autostart: false }]).send({ type: 'begin' });

  deepEqual(rig.did, []);
  equal(rig.state.name, 'RUNNING');
});

test('where nothing starts by itself, the end of what somebody started ends nothing else', () => {
  const rig = new Rig([
    { namespec: 'job', autostart: false },
    { namespec: 'other', autostart: false },
  ]).send({
    type: 'begin',
  });

  rig.enter('job', running).enter('job', exitedWith(0));

  deepEqual(rig.did, []);
});

test('where nothing starts by itself, the end of a listener ends nothing else', () => {
  const rig = new Rig([
    { namespec: 'l', isListener: true, rank: -1 },
    { namespec: 'job', autostart: false },
  ]).send({ type: 'begin' });

  rig.enter('l', exitedWith(0));

  deepEqual(rig.did, ['start l']);
});

test('event listeners do not keep the supervisor, and are stopped before it exits', () => {
  const rig = new Rig([{ namespec: 'l', isListener: true, rank: -1 }, { namespec: 'a' }]).runAll();

  rig.enter('a', exitedWith(0)).enter('l', stopped);

  deepEqual(rig.did, ['stop l', 'exit 0 done']);
});

test('with a main command its exit code is ours, whoever asked for the stop', () => {
  const rig = new Rig([{ namespec: 'main', critical: true }], { mainNamespec: 'main' }).runAll();

  rig.send(term).enter('main', { name: 'STOPPED', end: { kind: 'exited', code: 42 } });

  equal(rig.did.at(-1), 'exit 42 requested');
});

test('whatever the processes do, a stop visits ranks downwards only, and exits once when all have stopped', () => {
  const ranks = fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(ranks, fc.infiniteStream(fc.nat()), (all, random) => {
      const rig = new Rig(all.toSorted((a, b) => a - b).map((rank) => ({ rank }))).runAll().send(term);
      const visited: number[] = [];
      for (let turn = 0; turn < 200 && rig.state.name !== 'ENDED'; turn++) {
        const alive = [...rig.members.values()].filter(({ state }) => !isStopped(state.name));
        const highest = Math.max(...alive.map(({ rank }) => rank));
        visited.push(highest);
        const asked = alive.filter(({ namespec }) => rig.did.includes(`stop ${namespec}`));
        ok(
          asked.some(({ rank }) => rank === highest),
          'the highest rank left has been asked to stop',
        );
        const chosen = alive[Number(random.next().value) % alive.length];
        if (chosen !== undefined) rig.enter(chosen.namespec, stopped);
      }
      deepEqual(
        visited,
        visited.toSorted((a, b) => b - a),
      );
      equal(rig.did.filter((what) => what.startsWith('exit')).length, 1);
    }),
    { numRuns: 2000 },
  );
});
