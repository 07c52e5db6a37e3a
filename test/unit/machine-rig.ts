import {
  type Policy,
  type ProcessEffect,
  type ProcessEvent,
  type ProcessState,
  neverStarted,
  step,
} from '../../src/core/process-machine.ts';

/** A policy with Supervisor's defaults. */
export const defaultPolicy: Policy = {
  startMs: 1000,
  startRetries: 3,
  autorestart: 'unexpected',
  exitCodes: [0],
  stopSignals: [15],
  stopMs: 10_000,
  stopAsGroup: false,
  killAsGroup: false,
};

/** One process machine on a virtual clock: timers fire in order, nothing sleeps. */
export class Rig {
  now = 0;
  respawn = true;
  timer: number | undefined;
  state: ProcessState = neverStarted;
  readonly path: string[] = [];
  readonly effects: ProcessEffect[] = [];
  readonly policy: Policy;

  constructor(policy: Partial<Policy> = {}) {
    this.policy = { ...defaultPolicy, ...policy };
  }

  /** Takes the events one after the other, without letting time pass. */
  send(...events: readonly ProcessEvent[]): this {
    for (const event of events) {
      const { now, policy, respawn } = this;
      const { entered, effects } = step(this.state, event, { now, policy, respawn });
      this.state = entered.at(-1) ?? this.state;
      for (const { name } of entered) if (this.path.at(-1) !== name) this.path.push(name);
      for (const effect of effects) this.#note(effect);
    }
    return this;
  }

  /** Lets time pass; timers that fall due fire on the way. */
  advance(ms: number): this {
    const until = this.now + ms;
    while (this.timer !== undefined && this.timer <= until) {
      this.now = this.timer;
      this.timer = undefined;
      this.send({ type: 'timer' });
    }
    this.now = until;
    return this;
  }

  /** The signals sent so far, as `15` or `15 group`. */
  get signals(): string[] {
    return this.effects
      .filter((effect) => effect.type === 'signal')
      .map(({ signal, group }) => `${signal}${group ? ' group' : ''}`);
  }

  #note(effect: ProcessEffect): void {
    this.effects.push(effect);
    if (effect.type === 'setTimer') this.timer = effect.at;
    if (effect.type === 'clearTimer') this.timer = undefined;
  }
}

export const start = { type: 'start' } as const;
export const stop = { type: 'stop', shutdown: false } as const;
export const shutDown = { type: 'stop', shutdown: true } as const;
export const kill = { type: 'kill' } as const;
export const spawned = (pid = 7): ProcessEvent => ({ type: 'spawned', pid });
export const spawnFailed: ProcessEvent = {
  type: 'spawnFailed',
  why: "can't find command 'x'",
  exitCode: 127,
};
export const exited = (code: number): ProcessEvent => ({ type: 'exited', end: { kind: 'exited', code } });
export const killedBy = (signal: number): ProcessEvent => ({
  type: 'exited',
  end: { kind: 'signaled', signal, coreDumped: false },
});
