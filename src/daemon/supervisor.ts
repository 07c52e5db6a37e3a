/**
 * The supervisor at work: the two machines, the processes, and the effects they ask for.
 *
 * Everything that happens is posted to one loop. A process's event is answered by the process machine;
 * where that leaves the process is an event for the supervisor machine.
 */
import {
  type ProcessEffect,
  type ProcessEvent,
  type ProcessState,
  pidOf,
  step,
} from '../core/process-machine.ts';
import {
  type EndCause,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorPolicy,
  type SupervisorState,
  superviseStep,
} from '../core/supervisor-machine.ts';
import { describeEnd } from '../core/words.ts';
import { type Dead } from '../linux/reap.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { type Change, announce } from './announce.ts';
import { Loop } from './loop.ts';
import { type Supervised } from './supervised.ts';
import { Timer } from './timer.ts';

/** What the supervisor needs of the world; a test gives a small fake. */
export interface World {
  readonly activity: ActivityLog;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly nameOfSignal: (signal: number) => string;
  /** Sends a signal; answers with `signalFailed` when the kernel refused it. */
  readonly signal: (
    process: Supervised,
    effect: Extract<ProcessEffect, { type: 'signal' }>,
  ) => ProcessEvent | undefined;
  /** Everything is being stopped, and this process is next: calls `stop` when it may be, at once or soon. */
  readonly beforeStop: (process: Supervised, stop: () => void) => void;
  /** Everything has stopped. */
  readonly exit: (outcome: { readonly exitCode: number; readonly cause: EndCause }) => void;
  /** Everything has stopped, and is to begin anew. */
  readonly restart: () => void;
}

/** Is told of every step of every process, before the effects of the step are performed. */
export type Observer = (change: Change) => void;

/** What the loop takes. */
type LoopEvent =
  | { readonly to: 'process'; readonly process: Supervised; readonly event: ProcessEvent }
  | { readonly to: 'supervisor'; readonly event: SupervisorEvent }
  | { readonly to: 'reaper'; readonly dead: Dead };

/** The processes of one plan, and their fate. */
export class Supervisor {
  readonly #world: World;
  readonly #policy: SupervisorPolicy;
  readonly #loop: Loop<LoopEvent>;
  readonly #members: Map<string, Supervised>;
  readonly #byPid = new Map<number, Supervised>();
  readonly #observers = new Set<Observer>();
  #state: SupervisorState = { name: 'READY' };
  readonly #timer = new Timer();

  /** `processes`: in start order. */
  constructor(processes: readonly Supervised[], policy: SupervisorPolicy, world: World) {
    this.#members = new Map(processes.map((process) => [process.namespec, process]));
    this.#policy = policy;
    this.#world = world;
    this.#loop = new Loop(
      (event) => this.#take(event),
      (error) => world.activity.critical(`cannot go on with one event: ${stackOf(error)}`),
    );
  }

  /** Whether everything is being stopped: nothing may be started then. */
  get isStopping(): boolean {
    return this.#state.name === 'STOPPING' || this.#state.name === 'ENDED';
  }

  /** By namespec, in start order; those that were added later come last. */
  get members(): ReadonlyMap<string, Supervised> {
    return this.#members;
  }

  /** What the whole is doing, in Supervisor's words. */
  get mood(): 'RUNNING' | 'RESTARTING' | 'SHUTDOWN' {
    if (!this.isStopping) return 'RUNNING';
    return this.#state.name === 'STOPPING' && this.#state.next === 'restart' ? 'RESTARTING' : 'SHUTDOWN';
  }

  /** Takes processes in, in start order, and starts those that are to be started. */
  add(processes: readonly Supervised[]): void {
    for (const process of processes) this.#members.set(process.namespec, process);
    for (const process of processes) if (process.autostart) this.postTo(process, { type: 'start' });
  }

  /** Lets go of processes that have stopped. */
  remove(processes: readonly Supervised[]): void {
    for (const { namespec, timer } of processes) {
      timer.clear();
      this.#members.delete(namespec);
    }
  }

  /** Tells `observer` of every change of every process from now on. Dispose to end that. */
  observe(observer: Observer): Disposable {
    this.#observers.add(observer);
    return { [Symbol.dispose]: () => void this.#observers.delete(observer) };
  }

  /** Starts what is to be started. */
  begin(): void {
    this.#loop.post({ to: 'supervisor', event: { type: 'begin' } });
  }

  /** Asks the whole for something. */
  post(event: SupervisorEvent): void {
    this.#loop.post({ to: 'supervisor', event });
  }

  /** Asks one process for something. */
  postTo(process: Supervised, event: ProcessEvent): void {
    this.#loop.post({ to: 'process', process, event });
  }

  /** A child has died and was reaped: a process of ours, or an orphan that we had adopted. */
  reaped(dead: Dead): void {
    this.#loop.post({ to: 'reaper', dead });
  }

  #take(event: LoopEvent): void {
    if (event.to === 'supervisor') this.#takeWhole(event.event);
    else if (event.to === 'process') this.#takeOne(event.process, event.event);
    else this.#bury(event.dead);
  }

  #bury({ pid, status }: Dead): void {
    const { activity, nameOfSignal } = this.#world;
    activity.debug('received SIGCHLD indicating a child quit');
    const process = this.#byPid.get(pid);
    if (process === undefined) {
      if (activity.isEnabled('debug'))
        activity.debug(`reaped unknown pid ${pid} (${describeEnd(status, nameOfSignal)})`);
      return;
    }
    this.#byPid.delete(pid);
    this.#takeOne(process, { type: 'exited', end: status });
  }

  /** One event of one process: its states, its effects, what they answer, and what that means for all. */
  #takeOne(process: Supervised, event: ProcessEvent): void {
    const before = process.state;
    const answers: ProcessEvent[] = [];
    const taken = this.#decide(process, event);
    const change = { process, before, event, step: taken };
    this.#remember(change);
    process.state = taken.entered.at(-1) ?? before;
    announce(this.#world, change);
    for (const observer of this.#observers) observer(change);
    for (const effect of taken.effects) {
      const answer = this.#perform(process, effect);
      if (answer !== undefined) answers.push(answer);
    }
    for (const answer of answers) this.#takeOne(process, answer);
    if (answers.length === 0 && taken.entered.length > 0) this.#tellWhole(process);
  }

  /** A bug in the table costs one process its supervision, never PID 1 its life. */
  #decide(process: Supervised, event: ProcessEvent): ReturnType<typeof step> {
    try {
      const ctx = { now: this.#world.now(), policy: process.policy, respawn: !this.isStopping };
      return step(process.state, event, ctx);
    } catch (error) {
      this.#world.activity.critical(`cannot go on with ${process.namespec}: ${stackOf(error)}`);
      const why = 'an internal error; see the activity log';
      return {
        entered: [{ name: 'UNKNOWN', pid: pidOf(process.state), why }],
        effects: [{ type: 'clearTimer' }],
      };
    }
  }

  #remember({ process: { history, body }, before, event, step: taken }: Change): void {
    if (event.type === 'spawned') {
      history.startCount += 1;
      history.startedAt = new Date();
      history.spawnError = '';
    } else if (event.type === 'spawnFailed') {
      history.spawnError = event.why;
    } else if (event.type === 'exited') {
      history.stoppedAt = new Date();
      history.lastEnd = event.end;
      history.spawnError = failureOf(taken.entered) ?? history.spawnError;
      if ('since' in before) history.lastRunMs = this.#world.now() - before.since;
      body.buried();
    }
  }

  #tellWhole(process: Supervised): void {
    const { namespec, state } = process;
    this.#loop.post({ to: 'supervisor', event: { type: 'processEntered', namespec, state } });
  }

  #perform(process: Supervised, effect: ProcessEffect): ProcessEvent | undefined {
    switch (effect.type) {
      case 'spawn':
        return this.#spawn(process);
      case 'signal':
        return this.#world.signal(process, effect);
      case 'setTimer':
        process.timer.set(effect.at - this.#world.now(), () => this.postTo(process, { type: 'timer' }));
        return undefined;
      case 'clearTimer':
        process.timer.clear();
        return undefined;
    }
  }

  #spawn(process: Supervised): ProcessEvent {
    const event = this.#trySpawn(process);
    if (event.type === 'spawned') this.#byPid.set(event.pid, process);
    return event;
  }

  /** A bug while spawning is a start that failed: a process left without a pid could never be stopped. */
  #trySpawn({ namespec, body }: Supervised): ProcessEvent {
    try {
      return body.spawn();
    } catch (error) {
      this.#world.activity.critical(`cannot spawn ${namespec}: ${stackOf(error)}`);
      return { type: 'spawnFailed', why: 'an internal error; see the activity log', exitCode: 126 };
    }
  }

  #takeWhole(event: SupervisorEvent): void {
    const ctx = { now: this.#world.now(), policy: this.#policy, members: this.members };
    const { entered, effects } = superviseStep(this.#state, event, ctx);
    const before = this.#state;
    this.#state = entered.at(-1) ?? before;
    if (entered[0]?.name === 'STOPPING' && before.name !== 'STOPPING') this.#tellWaiting();
    for (const effect of effects) this.#performWhole(effect);
  }

  #tellWaiting(): void {
    const alive = [...this.members.values()].filter(({ state }) => pidOf(state) !== undefined);
    if (alive.length > 0)
      this.#world.activity.info(`waiting for ${alive.map(({ name }) => name).join(', ')} to die`);
  }

  #performWhole(effect: SupervisorEffect): void {
    switch (effect.type) {
      case 'startProcess':
        return this.#postByName(effect.namespec, { type: 'start' });
      case 'stopProcess':
        return this.#stop(effect.namespec);
      case 'killProcess':
        return this.#postByName(effect.namespec, { type: 'kill' });
      case 'tellKilled':
        return this.#tellKilled(effect);
      case 'setTimer':
        return this.#timer.set(effect.at - this.#world.now(), () => this.post({ type: 'timer' }));
      case 'clearTimer':
        return this.#timer.clear();
      case 'exit':
        return this.#world.exit(effect);
      case 'restart':
        return this.#world.restart();
    }
  }

  #stop(namespec: string): void {
    const process = this.members.get(namespec);
    if (process === undefined) return;
    this.#world.beforeStop(process, () => this.postTo(process, { type: 'stop', shutdown: true }));
  }

  #postByName(namespec: string, event: ProcessEvent): void {
    const process = this.members.get(namespec);
    if (process !== undefined) this.postTo(process, event);
  }

  #tellKilled({ namespecs, outOfTime }: Extract<SupervisorEffect, { type: 'tellKilled' }>): void {
    const why = outOfTime ? 'shutdown_timeout is used up' : 'asked to stop a second time';
    this.#world.activity.warn(`${why}: killing ${namespecs.join(', ')} with SIGKILL`);
  }
}

/** Supervisor's `spawnerr` after the end of a run; undefined: nothing was wrong with it. */
function failureOf(entered: readonly ProcessState[]): string | undefined {
  for (const state of entered) {
    if (state.name === 'BACKOFF') return state.why;
    if (state.name === 'EXITED' && !state.expected)
      return `Bad exit code ${state.end.kind === 'exited' ? state.end.code : -1}`;
  }
  return undefined;
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
