/**
 * The life of one supervised process, as a pure table.
 *
 * Behaviour: Supervisor 4.3, process.py (Subprocess.spawn, finish, kill, transition). That code
 * polls once a second; this one asks for a timer. States and the order in which they are entered
 * are the same. A cell never reads a clock, spawns, signals or logs: it returns effects, and the
 * daemon performs them, in order, before the next event is taken.
 */
import { type ExitStatus, type ProcessEnd, isExpected } from './exit-status.ts';
import { type StateName } from './process-state.ts';

/** Milliseconds of the monotonic clock. Only differences mean anything. */
export type Instant = number;

/** What is true of a process in each state, and nothing else. */
export type ProcessState =
  /** `end`: how it ended when it was stopped; undefined: it had not run. */
  | { readonly name: 'STOPPED'; readonly end: ProcessEnd | undefined }
  | Starting
  | {
      readonly name: 'RUNNING';
      readonly pid: number;
      readonly since: Instant;
      readonly quickRuns: number;
    }
  | { readonly name: 'BACKOFF'; readonly attempt: number; readonly why: string; readonly end: ProcessEnd }
  | Stopping
  | Exited
  | { readonly name: 'FATAL'; readonly why: string; readonly end: ProcessEnd }
  | { readonly name: 'UNKNOWN'; readonly pid: number | undefined; readonly why: string };

interface Starting {
  readonly name: 'STARTING';
  /** undefined only until the spawn has answered, which is before the next event. */
  readonly pid: number | undefined;
  /** When it was spawned. */
  readonly since: Instant;
  /** 1 for a first try, 2 after one failure, … */
  readonly attempt: number;
  readonly quickRuns: number;
}

interface Stopping {
  readonly name: 'STOPPING';
  readonly pid: number;
  /** How many signals of `policy.stopSignals` were sent; more than there are: KILL was sent. */
  readonly sent: number;
}

interface Exited {
  readonly name: 'EXITED';
  readonly end: ExitStatus;
  readonly expected: boolean;
  /** A timer will start it again. */
  readonly restarts: boolean;
  readonly quickRuns: number;
}

/** What can happen to a process. */
export type ProcessEvent =
  | { readonly type: 'start' }
  /** `shutdown`: the whole supervisor stops; a process that waits in BACKOFF becomes FATAL then. */
  | { readonly type: 'stop'; readonly shutdown: boolean }
  /** No more waiting: SIGKILL at once. */
  | { readonly type: 'kill' }
  | { readonly type: 'spawned'; readonly pid: number }
  | { readonly type: 'spawnFailed'; readonly why: string; readonly exitCode: 126 | 127 }
  | { readonly type: 'exited'; readonly end: ExitStatus }
  /** The kernel refused our signal for a reason other than that the process is gone. */
  | { readonly type: 'signalFailed'; readonly why: string }
  | { readonly type: 'timer' };

/** What the table asks of the world. */
export type ProcessEffect =
  | { readonly type: 'spawn' }
  | {
      readonly type: 'signal';
      readonly pid: number;
      /** The signal's number. */
      readonly signal: number;
      /** To the process group that the process leads. */
      readonly group: boolean;
    }
  | { readonly type: 'setTimer'; readonly at: Instant }
  | { readonly type: 'clearTimer' };

/** The part of a [program:x] section that the table needs. */
export interface Policy {
  readonly startMs: number;
  /** How many failed starts are followed by another; Infinity: never give up. */
  readonly startRetries: number;
  readonly autorestart: 'never' | 'unexpected' | 'always';
  readonly exitCodes: readonly number[];
  /** Signal numbers, sent one after the other, each `stopMs` after the last; then KILL. Not empty. */
  readonly stopSignals: readonly number[];
  readonly stopMs: number;
  readonly stopAsGroup: boolean;
  readonly killAsGroup: boolean;
}

/** What a cell may know. */
export interface Context {
  readonly now: Instant;
  readonly policy: Policy;
  /** false while the supervisor shuts down: nothing is started again then. */
  readonly respawn: boolean;
}

/** `entered`: the states entered, in order; none: stays. The loop announces each change of name. */
export interface Step {
  readonly entered: readonly ProcessState[];
  readonly effects: readonly ProcessEffect[];
}

type EventType = ProcessEvent['type'];
type In<S extends StateName> = Extract<ProcessState, { name: S }>;
type On<E extends EventType> = Extract<ProcessEvent, { type: E }>;

/** One row per state, one cell per event. A missing cell does not compile. */
type Table = {
  readonly [S in StateName]: {
    readonly [E in EventType]: (state: In<S>, event: On<E>, ctx: Context) => Step;
  };
};

/** <asm/signal.h>: the same number on every architecture that Linux runs on. */
const SIGKILL = 9;

/**
 * Restarts after RUNNING have no delay, as in Supervisor, whose loop let one happen each second at the most.
 * Without a limit a program with startsecs=0 that ends at once would be spawned some thousand times a
 * second, so after this many runs in a row that each were shorter than `quickRunMs`, restarts are
 * `quickRunMs` apart.
 */
const quickRunsFree = 100;
const quickRunMs = 1000;

const enter = (state: ProcessState, ...effects: readonly ProcessEffect[]): Step => ({
  entered: [state],
  effects,
});

/** Late or redundant: a second stop, a timer that lost a race. */
const stay = (): Step => ({ entered: [], effects: [] });

/**
 * The caller broke the protocol: a bug, never user input. The loop catches it, logs the stack, and
 * moves this one process to UNKNOWN; PID 1 goes on.
 */
const bug = (state: ProcessState, event: ProcessEvent): never => {
  throw new Error(`${event.type} cannot happen in state ${state.name}`);
};

/** Where every process begins. */
export const neverStarted: ProcessState = { name: 'STOPPED', end: undefined };

/** A start after which failures are counted anew. */
const startAfresh = (_state: unknown, _event: unknown, ctx: Context): Step =>
  ctx.respawn ? launch(1, 0, ctx) : stay();

const launch = (attempt: number, quickRuns: number, { now }: Context): Step =>
  enter(
    { name: 'STARTING', pid: undefined, since: now, attempt, quickRuns },
    { type: 'clearTimer' },
    { type: 'spawn' },
  );

/** Waits `attempt` seconds before the next try (Supervisor: linear, no cap, no jitter), or gives up. */
const backOff = (attempt: number, failure: { why: string; end: ProcessEnd }, ctx: Context): Step => {
  const backoff: ProcessState = { name: 'BACKOFF', attempt, ...failure };
  return attempt > ctx.policy.startRetries
    ? { entered: [backoff, { name: 'FATAL', ...failure }], effects: [{ type: 'clearTimer' }] }
    : enter(backoff, { type: 'setTimer', at: ctx.now + attempt * 1000 });
};

const exitedTooQuickly = 'Exited too quickly (process log may have details)';

/**
 * A clock that was set back makes a process seem to have died before it was started: then nobody knows
 * how long it ran, and it counts as long enough (Supervisor: "don't know how long process was running").
 */
const diedYoung = (since: Instant, { now, policy }: Context): boolean =>
  now >= since && now - since < policy.startMs;

const beginStop = ({ pid }: { readonly pid: number | undefined }, _event: unknown, ctx: Context): Step => {
  const { now, policy } = ctx;
  if (pid === undefined) throw new Error('a process that is being spawned cannot be stopped');
  const signal = policy.stopSignals[0] ?? SIGKILL;
  return enter(
    { name: 'STOPPING', pid, sent: 1 },
    { type: 'signal', pid, signal, group: policy.stopAsGroup },
    { type: 'setTimer', at: now + policy.stopMs },
  );
};

/** The next signal of the list, or KILL, again and again: a process in the D state may need several. */
const escalate = ({ pid, sent }: Stopping, _event: unknown, { now, policy }: Context): Step => {
  const signal = policy.stopSignals[sent] ?? SIGKILL;
  const group = signal === SIGKILL ? policy.killAsGroup : policy.stopAsGroup;
  return enter(
    { name: 'STOPPING', pid, sent: sent + 1 },
    { type: 'signal', pid, signal, group },
    { type: 'setTimer', at: now + policy.stopMs },
  );
};

const killNow = ({ pid }: { readonly pid: number | undefined }, _event: unknown, ctx: Context): Step => {
  if (pid === undefined) throw new Error('a process that is being spawned cannot be killed');
  return escalate({ name: 'STOPPING', pid, sent: ctx.policy.stopSignals.length }, undefined, ctx);
};

const wantsRestart = (expected: boolean, { policy, respawn }: Context): boolean =>
  respawn && (policy.autorestart === 'always' || (policy.autorestart === 'unexpected' && !expected));

/** EXITED, and at once STARTING again where autorestart says so. */
const exit = ({ since, quickRuns }: In<'RUNNING'>, { end }: On<'exited'>, ctx: Context): Step => {
  const expected = isExpected(end, ctx.policy.exitCodes);
  const ranMs = ctx.now - since;
  const quick = ranMs >= 0 && ranMs < quickRunMs ? quickRuns + 1 : 0;
  const restarts = wantsRestart(expected, ctx);
  const exited: ProcessState = { name: 'EXITED', end, expected, restarts, quickRuns: quick };
  if (!restarts) return enter(exited, { type: 'clearTimer' });
  if (quick > quickRunsFree)
    return enter(exited, { type: 'setTimer', at: ctx.now + Math.max(0, quickRunMs - ranMs) });
  const { entered, effects } = launch(1, quick, ctx);
  return { entered: [exited, ...entered], effects };
};

/** A restart is given up before its time. */
const dropRestart = (state: Exited): Step =>
  state.restarts ? enter({ ...state, restarts: false }, { type: 'clearTimer' }) : stay();

/** Passes through RUNNING: it ran long enough, and nobody had noticed yet. */
const runAndExit = (state: Starting, event: On<'exited'>, ctx: Context): Step => {
  const { pid, since, quickRuns } = state;
  if (pid === undefined) throw new Error('a process that is being spawned cannot exit');
  const running: ProcessState = { name: 'RUNNING', pid, since, quickRuns };
  const { entered, effects } = exit(running, event, ctx);
  return { entered: [running, ...entered], effects };
};

const endStop = (_state: unknown, { end }: On<'exited'>): Step =>
  enter({ name: 'STOPPED', end }, { type: 'clearTimer' });

const loseControl = ({ pid }: { readonly pid: number | undefined }, { why }: On<'signalFailed'>): Step =>
  enter({ name: 'UNKNOWN', pid, why }, { type: 'clearTimer' });

/** STOPPED, FATAL: no process, no plan to have one. */
const atRest = {
  start: startAfresh,
  stop: stay,
  kill: stay,
  spawned: bug,
  spawnFailed: bug,
  exited: bug,
  signalFailed: bug,
  timer: stay,
};

const table: Table = {
  STOPPED: atRest,
  FATAL: atRest,
  EXITED: {
    ...atRest,
    stop: dropRestart,
    kill: dropRestart,
    timer: (state, _event, ctx) => (state.restarts && ctx.respawn ? launch(1, state.quickRuns, ctx) : stay()),
  },
  STARTING: {
    start: stay,
    stop: beginStop,
    kill: killNow,
    spawned: (state, { pid }, { now, policy }) =>
      enter({ ...state, pid, since: now }, { type: 'setTimer', at: now + policy.startMs }),
    spawnFailed: ({ attempt }, { why, exitCode }, ctx) =>
      backOff(attempt, { why, end: { kind: 'notExecuted', exitCode, why } }, ctx),
    exited: (state, event, ctx) =>
      diedYoung(state.since, ctx)
        ? backOff(state.attempt, { why: exitedTooQuickly, end: event.end }, ctx)
        : runAndExit(state, event, ctx),
    signalFailed: loseControl,
    timer: (state, event, _ctx) => {
      const { pid, since, quickRuns } = state;
      return pid === undefined ? bug(state, event) : enter({ name: 'RUNNING', pid, since, quickRuns });
    },
  },
  RUNNING: {
    start: stay,
    stop: beginStop,
    kill: killNow,
    spawned: bug,
    spawnFailed: bug,
    exited: exit,
    signalFailed: loseControl,
    timer: stay,
  },
  BACKOFF: {
    start: stay,
    stop: ({ why, end }, { shutdown }) =>
      enter(shutdown ? { name: 'FATAL', why, end } : { name: 'STOPPED', end }, { type: 'clearTimer' }),
    kill: ({ why, end }) => enter({ name: 'FATAL', why, end }, { type: 'clearTimer' }),
    spawned: bug,
    spawnFailed: bug,
    exited: bug,
    signalFailed: bug,
    timer: ({ attempt }, _event, ctx) => (ctx.respawn ? launch(attempt + 1, 0, ctx) : stay()),
  },
  STOPPING: {
    start: stay,
    stop: stay,
    kill: killNow,
    spawned: bug,
    spawnFailed: bug,
    exited: endStop,
    signalFailed: loseControl,
    timer: escalate,
  },
  UNKNOWN: {
    start: stay,
    stop: (state, event, ctx) => (state.pid === undefined ? stay() : beginStop(state, event, ctx)),
    kill: (state, event, ctx) => (state.pid === undefined ? stay() : killNow(state, event, ctx)),
    spawned: bug,
    spawnFailed: bug,
    exited: endStop,
    signalFailed: loseControl,
    timer: stay,
  },
};

/**
 * Takes one event.
 *
 * @throws Error when the event cannot happen in this state: a bug in the caller, never user input.
 */
export function step(state: ProcessState, event: ProcessEvent, ctx: Context): Step {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript cannot correlate the two unions; `Table` has checked every cell
  const cell = table[state.name][event.type] as (s: ProcessState, e: ProcessEvent, c: Context) => Step;
  return cell(state, event, ctx);
}

/** The pid of the living process in this state; undefined: there is none. */
export const pidOf = (state: ProcessState): number | undefined => ('pid' in state ? state.pid : undefined);
