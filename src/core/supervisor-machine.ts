/**
 * The whole supervisor, one level above the process machine: start order, stop order, exit policy.
 *
 * Behaviour: Supervisor 4.3 (supervisord.py, ordered_stop_groups) with these differences: everything of one
 * rank stops at once, the whole stop has a deadline, and the exit code tells the truth. The same
 * pattern as process-machine.ts: a pure total table; its effects are events to processes.
 */
import { type ProcessEnd, exitCodeOf } from './exit-status.ts';
import { type Instant, type ProcessState } from './process-machine.ts';
import { isStopped } from './process-state.ts';

/** What the table knows of one process. */
export interface Member {
  /** `group:process`. */
  readonly namespec: string;
  /** Ranks start in ascending and stop in descending order; equal ranks stop together. */
  readonly rank: number;
  readonly autostart: boolean;
  /** When it ends for good, everything is stopped and the supervisor exits. */
  readonly critical: boolean;
  /** An event listener serves the others: it does not keep the supervisor alive. */
  readonly isListener: boolean;
  /** It has been started at least once. */
  readonly wasStarted: boolean;
  readonly state: ProcessState;
}

/** Why the supervisor ends. */
export type EndCause =
  | { readonly kind: 'requested'; readonly by: string }
  /** A critical process ended for good. */
  | { readonly kind: 'critical'; readonly namespec: string }
  /** Nothing is left to run. `namespec`: the first that did not end as expected. */
  | { readonly kind: 'done'; readonly namespec: string | undefined };

/** What the whole is doing. */
export type SupervisorState =
  | { readonly name: 'READY' }
  /** `failed`: namespecs in the order in which they ended other than expected. */
  | { readonly name: 'RUNNING'; readonly failed: readonly string[] }
  | Stopping
  | { readonly name: 'ENDED' };

interface Stopping {
  readonly name: 'STOPPING';
  readonly next: 'exit' | 'restart';
  readonly cause: EndCause;
  readonly exitCode: number;
  /** The rank that is being stopped: everything above it has ended. */
  readonly rank: number;
  /** How often somebody asked; the second time there is no more waiting. */
  readonly requestCount: number;
}

/** What can happen to the whole. */
export type SupervisorEvent =
  | { readonly type: 'begin' }
  /** A process came to rest in this state. */
  | { readonly type: 'processEntered'; readonly namespec: string; readonly state: ProcessState }
  /** `by`: what asked, as shown to people: `SIGTERM`, `shutdown request`. */
  | { readonly type: 'stopRequested'; readonly by: string }
  | { readonly type: 'restartRequested' }
  | { readonly type: 'timer' };

/** What the table asks of the daemon. */
export type SupervisorEffect =
  | { readonly type: 'startProcess' | 'stopProcess' | 'killProcess'; readonly namespec: string }
  /** The stop is out of time, or was asked for twice: these are killed. */
  | { readonly type: 'tellKilled'; readonly namespecs: readonly string[]; readonly outOfTime: boolean }
  | { readonly type: 'setTimer'; readonly at: Instant }
  | { readonly type: 'clearTimer' }
  | { readonly type: 'exit'; readonly exitCode: number; readonly cause: EndCause }
  | { readonly type: 'restart' };

/** The part of [supervisord] that the table needs. */
export interface SupervisorPolicy {
  readonly exitWhenDone: boolean;
  /** The exit code after a requested stop. */
  readonly exitCodeOnStop: number;
  /** The whole stop's budget; Infinity: none. */
  readonly shutdownMs: number;
  /** The process whose exit code is ours, whoever asked for the stop (`-- CMD`). */
  readonly mainNamespec: string | undefined;
}

/** What a cell may know. */
export interface SupervisorContext {
  readonly now: Instant;
  readonly policy: SupervisorPolicy;
  /** In start order. */
  readonly members: ReadonlyMap<string, Member>;
}

/** As in process-machine.ts. */
export interface SupervisorStep {
  readonly entered: readonly SupervisorState[];
  readonly effects: readonly SupervisorEffect[];
}

type StateName = SupervisorState['name'];
type EventType = SupervisorEvent['type'];
type In<S extends StateName> = Extract<SupervisorState, { name: S }>;
type On<E extends EventType> = Extract<SupervisorEvent, { type: E }>;
type Table = {
  readonly [S in StateName]: {
    readonly [E in EventType]: (state: In<S>, event: On<E>, ctx: SupervisorContext) => SupervisorStep;
  };
};

const stay = (): SupervisorStep => ({ entered: [], effects: [] });

/** A process that has ended and that nothing will start again. */
const hasEndedForGood = (state: ProcessState): boolean =>
  state.name === 'FATAL' || (state.name === 'EXITED' && !state.restarts);

/** It ended, and not in the way its section calls expected. */
const hasFailed = (state: ProcessState): boolean =>
  state.name === 'FATAL' || (state.name === 'EXITED' && !state.restarts && !state.expected);

const endOf = (state: ProcessState | undefined): ProcessEnd | undefined =>
  state !== undefined && 'end' in state ? state.end : undefined;

/** A failure must not look like success: a failed process whose last exit code was 0 gives 1. */
const codeOf = (state: ProcessState): number => {
  const end = endOf(state);
  const code = end === undefined ? 1 : exitCodeOf(end);
  return code === 0 && hasFailed(state) ? 1 : code;
};

/** It neither runs nor will run, unless somebody asks for it. A process stopped on request is somebody's plan. */
const isDone = ({ state, autostart, wasStarted, isListener }: Member): boolean =>
  isListener || hasEndedForGood(state) || (state.name === 'STOPPED' && !autostart && !wasStarted);

/** Where nothing starts by itself, programs are started and ended by somebody's order, as they come. */
const isEverythingDone = ({ members }: SupervisorContext): boolean => {
  const all = [...members.values()];
  return all.some(({ autostart, isListener }) => autostart && !isListener) && all.every(isDone);
};

const unstopped = ({ members }: SupervisorContext): Member[] =>
  [...members.values()].filter(({ state }) => !isStopped(state.name));

const begin = (_state: unknown, _event: unknown, { members }: SupervisorContext): SupervisorStep => ({
  entered: [{ name: 'RUNNING', failed: [] }],
  effects: [...members.values()]
    .filter(({ autostart }) => autostart)
    .map(({ namespec }) => ({ type: 'startProcess', namespec })),
});

/** Begins to stop everything, the highest rank first, with the deadline running. */
const beginStop = (stopping: Omit<Stopping, 'name' | 'rank'>, ctx: SupervisorContext): SupervisorStep => {
  const { shutdownMs } = ctx.policy;
  const { entered, effects } = advance({ name: 'STOPPING', rank: Infinity, ...stopping }, ctx, true);
  const deadline: SupervisorEffect[] =
    shutdownMs === Infinity ? [] : [{ type: 'setTimer', at: ctx.now + shutdownMs }];
  return { entered, effects: [...deadline, ...effects] };
};

/** Stops the highest rank that has something left; leaves when nothing has. */
const advance = (state: Stopping, ctx: SupervisorContext, first = false): SupervisorStep => {
  const left = unstopped(ctx);
  if (left.length === 0) return leave(state, ctx);
  const rank = Math.max(...left.map((member) => member.rank));
  if (!first && rank >= state.rank) return stay();
  const effects: SupervisorEffect[] = left
    .filter((member) => member.rank === rank)
    .toReversed()
    .map(({ namespec }) => ({ type: 'stopProcess', namespec }));
  return { entered: [{ ...state, rank }], effects };
};

/** With `-- CMD` the command's own code is ours, unless another program is to blame. */
const exitCodeFor = ({ cause, exitCode }: Stopping, { policy, members }: SupervisorContext): number => {
  const { mainNamespec } = policy;
  if (mainNamespec === undefined || (cause.kind === 'critical' && cause.namespec !== mainNamespec))
    return exitCode;
  const end = endOf(members.get(mainNamespec)?.state);
  return end === undefined ? exitCode : exitCodeOf(end);
};

const leave = (state: Stopping, ctx: SupervisorContext): SupervisorStep => {
  const last: SupervisorEffect =
    state.next === 'restart'
      ? { type: 'restart' }
      : { type: 'exit', exitCode: exitCodeFor(state, ctx), cause: state.cause };
  return {
    entered: [{ ...state, rank: -Infinity }, { name: 'ENDED' }],
    effects: [{ type: 'clearTimer' }, last],
  };
};

const killAll = (state: Stopping, ctx: SupervisorContext, outOfTime: boolean): SupervisorStep => {
  const namespecs = unstopped(ctx).map(({ namespec }) => namespec);
  const kills = namespecs.map((namespec) => ({ type: 'killProcess', namespec }) as const);
  return { entered: [state], effects: [{ type: 'tellKilled', namespecs, outOfTime }, ...kills] };
};

/** The exit policy: what one process's end means for all. */
const judge = (
  { failed }: In<'RUNNING'>,
  { namespec, state }: On<'processEntered'>,
  ctx: SupervisorContext,
): SupervisorStep => {
  if (!hasEndedForGood(state)) return stay();
  const stopping = { next: 'exit', requestCount: 0 } as const;
  if (ctx.members.get(namespec)?.critical === true)
    return beginStop({ ...stopping, cause: { kind: 'critical', namespec }, exitCode: codeOf(state) }, ctx);
  const failures = hasFailed(state) ? [...failed.filter((name) => name !== namespec), namespec] : failed;
  if (!ctx.policy.exitWhenDone || !isEverythingDone(ctx))
    return { entered: [{ name: 'RUNNING', failed: failures }], effects: [] };
  const first = failures
    .map((name) => ctx.members.get(name))
    .find((member) => member && hasFailed(member.state));
  const exitCode = first === undefined ? 0 : codeOf(first.state);
  return beginStop({ ...stopping, cause: { kind: 'done', namespec: first?.namespec }, exitCode }, ctx);
};

const stopOnRequest = (
  _state: unknown,
  { by }: On<'stopRequested'>,
  ctx: SupervisorContext,
): SupervisorStep =>
  beginStop(
    { next: 'exit', cause: { kind: 'requested', by }, exitCode: ctx.policy.exitCodeOnStop, requestCount: 1 },
    ctx,
  );

const restartOnRequest = (_state: unknown, _event: unknown, ctx: SupervisorContext): SupervisorStep => {
  const cause = { kind: 'requested', by: 'restart request' } as const;
  return beginStop({ next: 'restart', cause, exitCode: 0, requestCount: 0 }, ctx);
};

/** The second request ends the waiting; the first one during a restart turns it into an exit. */
const stopAgain = (state: Stopping, { by }: On<'stopRequested'>, ctx: SupervisorContext): SupervisorStep => {
  const requested: Stopping = { ...state, requestCount: state.requestCount + 1 };
  if (requested.requestCount >= 2) return killAll(requested, ctx, false);
  if (state.next === 'exit') return { entered: [requested], effects: [] };
  const cause: EndCause = { kind: 'requested', by };
  const { exitCodeOnStop: exitCode } = ctx.policy;
  return { entered: [{ ...requested, next: 'exit', cause, exitCode }], effects: [] };
};

const table: Table = {
  READY: {
    begin,
    processEntered: stay,
    stopRequested: stopOnRequest,
    restartRequested: stay,
    timer: stay,
  },
  RUNNING: {
    begin: stay,
    processEntered: judge,
    stopRequested: stopOnRequest,
    restartRequested: restartOnRequest,
    timer: stay,
  },
  STOPPING: {
    begin: stay,
    processEntered: (state, { state: entered }, ctx) =>
      isStopped(entered.name) ? advance(state, ctx) : stay(),
    stopRequested: stopAgain,
    restartRequested: stay,
    timer: (state, _event, ctx) => killAll(state, ctx, true),
  },
  ENDED: { begin, processEntered: stay, stopRequested: stay, restartRequested: stay, timer: stay },
};

/** Takes one event. Every cell is a decision; none throws. */
export function superviseStep(
  state: SupervisorState,
  event: SupervisorEvent,
  ctx: SupervisorContext,
): SupervisorStep {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as in process-machine.ts
  const cell = table[state.name][event.type] as (
    s: SupervisorState,
    e: SupervisorEvent,
    c: SupervisorContext,
  ) => SupervisorStep;
  return cell(state, event, ctx);
}
