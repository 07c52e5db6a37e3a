/**
 * The event system at work: what happens in the daemon is told to the bus, and the processes of [eventlistener:x]
 * sections are its listeners.
 */
import { type GroupPlan, type ProcessPlan } from '../config/plan.ts';
import { isEventType } from '../core/event-types.ts';
import { type EventBus } from '../events/bus.ts';
import { type InputPipe } from '../events/listener-input.ts';
import { ListenerPool } from '../events/listener-pool.ts';
import { type ListenerSession } from '../events/listener-session.ts';
import { Ticks } from '../events/ticks.ts';
import { type ChannelPlan } from '../output/channel-plan.ts';
import { wholeCharacters } from '../output/utf8.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { type Change } from './announce.ts';
import { type Supervised } from './supervised.ts';
import { type Supervisor } from './supervisor.ts';

type StreamName = 'stdout' | 'stderr';
type ListenerGroup = Extract<GroupPlan, { kind: 'eventlistener' }>;

/** What is done with a stream for the sake of events. */
export type ChannelTaps = Pick<ChannelPlan, 'observe' | 'captured'>;

/** A process of a listener pool, as its body sees it. */
export interface ListenerBody {
  /** It was spawned, and this is its stdin. */
  readonly begin: (pid: number, stdin: InputPipe) => void;
  /** An instance, not always the newest, has written to its stdout. */
  readonly hear: (chunk: Uint8Array, pid: number) => void;
}

/** A timer that can be taken back. */
const after = (ms: number, callback: () => void): (() => void) => {
  const timeout = setTimeout(callback, ms);
  return () => clearTimeout(timeout);
};

/** How long the stop of a listener waits for its answers. */
const lastEventsMs = 1000;

function onlyOnce(callback: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) callback();
    isDone = true;
  };
}

/** What Supervisor reads of a pipe at once, and so the longest text of one PROCESS_LOG. A thousand may have to wait. */
const longestLogBytes = 64 * 1024;

function inPieces(text: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < text.length;) {
    const limit = at + longestLogBytes;
    const end = limit >= text.length ? text.length : wholeCharacters(text, at, limit);
    pieces.push(text.subarray(at, end));
    at = end;
  }
  return pieces;
}

const logTypes = { stdout: 'PROCESS_LOG_STDOUT', stderr: 'PROCESS_LOG_STDERR' } as const;
const communicationTypes = {
  stdout: 'PROCESS_COMMUNICATION_STDOUT',
  stderr: 'PROCESS_COMMUNICATION_STDERR',
} as const;

/** What the event system writes to and is called; it outlives reloads, and so do serial numbers. */
export interface EventsOptions {
  readonly bus: EventBus;
  /** The activity log, as it is now. */
  readonly activity: () => ActivityLog;
  /** `identifier` of [supervisord], as it is now. */
  readonly identifier: () => string;
}

/** The bus, the pools, the ticks. */
export class Events {
  readonly #options: EventsOptions;
  readonly #pools = new Map<string, ListenerPool>();
  readonly #sessions = new Map<string, { readonly pid: number; readonly session: ListenerSession }>();
  /** Processes that are started again as soon as they have stopped. */
  readonly #restarting = new Set<Supervised>();
  #supervisor: Supervisor | undefined;
  #isStoppingTold = false;

  constructor(options: EventsOptions) {
    this.#options = options;
    void new Ticks(options.bus, { wallMs: () => Date.now(), after });
    options.bus.subscribe({
      types: ['PROCESS_GROUP_REMOVED'],
      accept: ({ notification }) => {
        if ('group' in notification) this.#closePool(notification.group);
      },
    });
  }

  /** Before the processes of a group are made: a listener pool hears of everything from now on. */
  openPool(group: GroupPlan): void {
    if (group.kind === 'eventlistener') this.#pools.set(group.name, this.#makePool(group));
  }

  /** Everything begins, for the first time or anew. */
  begin(supervisor: Supervisor): void {
    this.#supervisor = supervisor;
    this.#isStoppingTold = false;
    supervisor.observe((change) => this.#observe(change));
    this.#options.bus.post({ type: 'SUPERVISOR_STATE_CHANGE_RUNNING' });
  }

  /**
   * Everything is being stopped, and this process is next. A listener first hears of what has happened, unless that
   * takes longer than `lastEventsMs`.
   */
  beforeStop({ isListener, standing }: Supervised, stop: () => void): void {
    this.#tellStopping();
    const pool = isListener ? this.#pools.get(standing.group) : undefined;
    if (pool === undefined) return stop();
    const once = onlyOnce(stop);
    const cancel = after(lastEventsMs, once);
    pool.whenIdle(() => {
      cancel();
      once();
    });
  }

  /** Everything has ended and will begin anew: the next plan brings pools of its own. */
  end(): void {
    for (const name of this.#pools.keys()) this.#closePool(name);
    this.#sessions.clear();
    this.#restarting.clear();
  }

  /** The side of a listener process that its body drives; undefined: the group is no listener pool. */
  listenerOf({ name, group }: ProcessPlan): ListenerBody | undefined {
    const pool = this.#pools.get(group);
    if (pool === undefined) return undefined;
    const key = `${group}:${name}`;
    return {
      begin: (pid, stdin) => void this.#sessions.set(key, { pid, session: pool.begin(name, stdin) }),
      hear: (chunk, pid) => {
        const current = this.#sessions.get(key);
        if (current?.pid === pid) current.session.hear(chunk);
      },
    };
  }

  /** What one stream of a program tells the bus. */
  tapsOf(plan: ProcessPlan, stream: StreamName): ChannelTaps {
    const process = { name: plan.name, group: plan.group };
    const captured: ChannelTaps['captured'] = (data, pid) => {
      this.#options.bus.post({ type: communicationTypes[stream], process, pid, data });
      this.#options.activity().debug(`'${plan.name}' ${stream} emitted a comm event`);
    };
    if (!plan[`${stream}_events_enabled`]) return { captured };
    return {
      captured,
      observe: (text, pid) => {
        for (const data of inPieces(text))
          this.#options.bus.post({ type: logTypes[stream], process, pid, data });
      },
    };
  }

  #makePool(group: ListenerGroup): ListenerPool {
    const { activity, identifier } = this.#options;
    return new ListenerPool({
      name: group.name,
      server: identifier(),
      types: group.events.filter(isEventType),
      bufferLimit: group.buffer_size,
      lengthUnit: 'characters',
      processes: group.processes.map(({ name }) => name),
      bus: this.#options.bus,
      log: {
        debug: (line) => activity().debug(line),
        warn: (line) => activity().warn(line),
        error: (line) => activity().error(line),
        isEnabled: (level) => activity().isEnabled(level),
      },
      restart: (name) => this.#restart(group.name, name),
      after,
    });
  }

  #observe({ process, before, event, step }: Change): void {
    this.#options.bus.postSteps({ process: process.standing, before, entered: step.entered });
    if (!process.isListener) return;
    this.#pools.get(process.standing.group)?.setRunning(process.name, process.state.name === 'RUNNING');
    if (event.type === 'exited') this.#endSession(process);
    if (process.state.name === 'STOPPED') this.#startAgain(process);
  }

  #tellStopping(): void {
    if (this.#isStoppingTold) return;
    this.#isStoppingTold = true;
    this.#options.bus.post({ type: 'SUPERVISOR_STATE_CHANGE_STOPPING' });
  }

  #closePool(name: string): void {
    this.#pools.get(name)?.[Symbol.dispose]();
    this.#pools.delete(name);
  }

  /** What it wrote before its death counts: the session ends when that is read. */
  #endSession({ standing, body }: Supervised): void {
    const ended = this.#sessions.get(`${standing.group}:${standing.name}`);
    body.program?.output.drained(() => ended?.session.end());
  }

  #restart(group: string, name: string): void {
    const process = [...(this.#supervisor?.members.values() ?? [])].find(
      ({ standing }) => standing.group === group && standing.name === name,
    );
    if (process === undefined || this.#supervisor?.isStopping === true) return;
    this.#restarting.add(process);
    this.#supervisor?.postTo(process, { type: 'stop', shutdown: false });
  }

  #startAgain(process: Supervised): void {
    if (this.#restarting.delete(process)) this.#supervisor?.postTo(process, { type: 'start' });
  }
}
