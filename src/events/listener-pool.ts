/**
 * The processes of one [eventlistener:x] section: keeps notifications until one of them is free, and takes them back
 * from one that rejects them or dies.
 *
 * Behaviour: supervisor/process.py 4.2.5 (EventListenerPool), with these differences: a notification comes once,
 * however many subscriptions it matches; one that is rejected goes back to this pool alone; rejections without end are
 * slowed down; and a listener that has broken the protocol is restarted.
 */
import { type EventType } from '../core/event-types.ts';
import { type LengthUnit, writeEnvelope } from '../core/event-wire.ts';
import { type EventBus, type Posted } from './bus.ts';
import { EventBuffer, type Pooled } from './event-buffer.ts';
import { type ListenerInput } from './listener-input.ts';
import { type EventLog, ListenerSession, type SessionOwner } from './listener-session.ts';
import { Overflow } from './overflow.ts';
import { type Growth, RetryDelay } from './retry-delay.ts';

/** What a pool is made of. */
export interface PoolOptions {
  readonly name: string;
  /** `identifier` of [supervisord]. */
  readonly server: string;
  readonly types: readonly EventType[];
  /** How many notifications wait at most; of more, the oldest are discarded. */
  readonly bufferLimit: number;
  readonly lengthUnit: LengthUnit;
  /** The names of the processes, in the order in which they are offered a notification. */
  readonly processes: readonly string[];
  readonly bus: EventBus;
  readonly log: EventLog;
  /** Stops the process and starts it again. */
  readonly restart: (process: string) => void;
  /** Calls back once, `ms` from now. Returns what takes that back. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

const rejectionGrowth: Growth = { freeCount: 10, firstMs: 100, longestMs: 5000 };
const restartGrowth: Growth = { freeCount: 0, firstMs: 1000, longestMs: 60_000 };

/** One listener pool. */
export class ListenerPool {
  readonly #options: PoolOptions;
  readonly #buffer: EventBuffer;
  readonly #overflow: Overflow;
  readonly #sessions = new Map<string, ListenerSession>();
  readonly #restartDelays = new Map<string, RetryDelay>();
  readonly #rejections = new RetryDelay(rejectionGrowth);
  readonly #timers = new Set<() => void>();
  #whenIdle: (() => void)[] = [];
  readonly #subscription: Disposable;
  #isPaused = false;
  #lastSerial = -1;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#buffer = new EventBuffer(options.bufferLimit);
    this.#overflow = new Overflow(options.name, (line) => options.log.error(line));
    this.#subscription = options.bus.subscribe({
      types: options.types,
      accept: (posted) => this.#accept(posted),
    });
  }

  /** How many notifications wait. */
  get waitingCount(): number {
    return this.#buffer.length;
  }

  /** How many notifications were discarded because the buffer was full. */
  get discardedCount(): number {
    return this.#overflow.lostCount;
  }

  /**
   * A process of the pool was spawned. Its output is to be given to the session, and the session is to be ended when
   * the process is dead and its output read.
   */
  begin(process: string, input: ListenerInput): ListenerSession {
    this.#sessions.get(process)?.end();
    const session = new ListenerSession(process, input, this.#ownerOf(process));
    this.#sessions.set(process, session);
    return session;
  }

  /** A process of the pool has entered a state. Only in RUNNING it is told of anything. */
  setRunning(process: string, isRunning: boolean): void {
    const session = this.#sessions.get(process);
    if (session !== undefined) session.isRunning = isRunning;
    this.#noteIdle();
  }

  /**
   * Calls back as soon as everything that was accepted has been answered, or nobody is there to answer: at once, if
   * that is so now. For those who want to stop the listeners.
   */
  whenIdle(callback: () => void): void {
    this.#whenIdle.push(callback);
    this.#noteIdle();
  }

  /** The pool is taken away: nothing more is accepted, and what waits is lost. */
  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#isPaused = true;
  }

  #accept(posted: Posted): void {
    // Taken in this order whatever comes of it: a number for each that was ever buffered.
    void posted.serial;
    this.#lastSerial = this.#lastSerial >= Number.MAX_SAFE_INTEGER ? 0 : this.#lastSerial + 1;
    this.#noteDiscarded(this.#buffer.push({ posted, poolSerial: this.#lastSerial }));
    this.#dispatch();
  }

  /** Sends what waits, the oldest first, to those that are ready. */
  #dispatch(): void {
    while (!this.#isPaused) {
      const event = this.#buffer.head;
      if (event === undefined) return this.#overflow.recovered();
      if (!this.#offer(event)) return;
      this.#buffer.drop();
    }
  }

  /** Returns whether one of the listeners has taken it. */
  #offer(event: Pooled): boolean {
    const { log, processes } = this.#options;
    const { serial } = event.posted;
    for (const name of processes) {
      const session = this.#sessions.get(name);
      if (session?.isReady !== true) continue;
      if (session.send(event, this.#envelope(event))) {
        if (log.isEnabled('debug')) log.debug(`event ${serial} sent to listener ${name}`);
        return true;
      }
      log.debug(`epipe occurred while sending event ${serial} to listener ${name}, listener state unchanged`);
    }
    return false;
  }

  #envelope({ posted, poolSerial }: Pooled): Uint8Array {
    const { server, name: pool, lengthUnit } = this.#options;
    const { notification, payload, serial } = posted;
    const { type } = notification;
    return writeEnvelope({ server, serial, pool, poolSerial, type, payload, lengthUnit });
  }

  #ownerOf(process: string): SessionOwner {
    return {
      log: this.#options.log,
      ready: () => this.#dispatch(),
      accepted: () => {
        this.#rejections.worked();
        this.#restartDelays.delete(process);
        this.#noteIdle();
      },
      rejected: (event) => this.#takeBack(event),
      broken: (session) => this.#restartLater(session),
    };
  }

  /** A rejected notification is the next to be sent; to a pool that rejects and rejects, after a while. */
  #takeBack(event: Pooled): void {
    const { log, name, bufferLimit } = this.#options;
    log.debug(
      `rebuffering event ${event.posted.serial} for pool ${name} (buf size=${this.#buffer.length}, max=${bufferLimit})`,
    );
    this.#noteDiscarded(this.#buffer.putBack(event));
    const waitMs = this.#rejections.failed();
    if (waitMs === 0) return this.#dispatch();
    if (waitMs === rejectionGrowth.firstMs)
      log.warn(`pool ${name} rejects one event after the other: sending them more slowly`);
    this.#isPaused = true;
    this.#after(waitMs, () => {
      this.#isPaused = false;
      this.#dispatch();
    });
  }

  #restartLater(session: ListenerSession): void {
    const { name } = session;
    const { log, restart } = this.#options;
    const delay = this.#restartDelays.get(name) ?? new RetryDelay(restartGrowth);
    this.#restartDelays.set(name, delay);
    const waitMs = delay.failed();
    log.warn(`${name}: will be restarted in ${waitMs / 1000} s, so that it receives events again`);
    this.#after(waitMs, () => {
      // It may have died meanwhile, and another instance is in its place.
      if (!session.hasEnded && this.#sessions.get(name) === session) restart(name);
    });
  }

  #noteIdle(): void {
    if (this.#whenIdle.length === 0 || !this.#isIdle) return;
    for (const callback of this.#whenIdle.splice(0)) callback();
  }

  get #isIdle(): boolean {
    const sessions = [...this.#sessions.values()];
    if (sessions.some(({ isWorking }) => isWorking)) return false;
    return this.#buffer.length === 0 || !sessions.some(({ isServing }) => isServing);
  }

  #noteDiscarded(discarded: Pooled | undefined): void {
    if (discarded !== undefined) this.#overflow.lost(discarded.posted.serial);
  }

  #after(ms: number, callback: () => void): void {
    const cancel = this.#options.after(ms, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
  }
}
