import { type EventType } from '../../src/core/event-types.ts';
import { EventBus } from '../../src/events/bus.ts';
import { type ListenerInput } from '../../src/events/listener-input.ts';
import { ListenerPool, type PoolOptions } from '../../src/events/listener-pool.ts';
import { type ListenerSession } from '../../src/events/listener-session.ts';

/** A clock that stands still until it is told to go on. */
export class FakeClock {
  nowMs = 0;
  readonly #timers: { readonly atMs: number; readonly callback: () => void }[] = [];

  /** How many timers are set. */
  get timerCount(): number {
    return this.#timers.length;
  }

  readonly after = (ms: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + ms, callback };
    this.#timers.push(timer);
    return () => this.#take(timer);
  };

  /** Lets time pass; timers that fall due fire on the way. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) {
      this.#take(next);
      this.nowMs = next.atMs;
      next.callback();
    }
    this.nowMs = untilMs;
  }

  #due(untilMs: number): { readonly atMs: number; readonly callback: () => void } | undefined {
    return this.#timers.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  }

  #take(timer: { readonly atMs: number; readonly callback: () => void }): void {
    const index = this.#timers.indexOf(timer);
    if (index >= 0) this.#timers.splice(index, 1);
  }
}

/** The standard input of a listener: takes all, or nothing. */
export class FakeInput implements ListenerInput {
  onClear: () => void = () => undefined;
  readonly written: string[] = [];
  isClear = true;
  isGone = false;
  isClosed = false;

  write(bytes: Uint8Array): boolean {
    if (this.isGone) return false;
    this.written.push(new TextDecoder().decode(bytes));
    return true;
  }

  close(): void {
    this.isClosed = true;
  }
}

/** One listener of the rig, played by the test. */
export interface Played {
  readonly name: string;
  readonly input: FakeInput;
  readonly session: ListenerSession;
}

/** A pool with listeners that the test plays. */
export class PoolRig {
  readonly bus = new EventBus();
  readonly clock = new FakeClock();
  readonly lines: string[] = [];
  readonly restarted: string[] = [];
  readonly pool: ListenerPool;

  constructor(options: Partial<PoolOptions> & { readonly types?: readonly EventType[] } = {}) {
    this.pool = this.addPool(options);
  }

  /** One more pool on the same bus. */
  addPool(options: Partial<PoolOptions>): ListenerPool {
    const log = (level: string) => (line: string) => void this.lines.push(`${level} ${line}`);
    return new ListenerPool({
      name: 'p',
      server: 'supervisor',
      types: ['REMOTE_COMMUNICATION'],
      bufferLimit: 3,
      lengthUnit: 'characters',
      processes: ['one', 'two'],
      bus: this.bus,
      log: { debug: log('DEBG'), warn: log('WARN'), error: log('ERRO'), isEnabled: () => true },
      restart: (process) => void this.restarted.push(process),
      after: this.clock.after,
      ...options,
    });
  }

  /** Something happens; listeners are told the word. */
  happen(...words: readonly string[]): void {
    for (const data of words) this.bus.post({ type: 'REMOTE_COMMUNICATION', kind: 'x', data });
  }

  /** A listener that was spawned, and runs unless it is not to. */
  play(name: string, { isRunning = true, pool = this.pool } = {}): Played {
    const input = new FakeInput();
    const session = pool.begin(name, input);
    pool.setRunning(name, isRunning);
    return { name, input, session };
  }

  /** The lines of these levels. */
  linesOf(...levels: readonly string[]): string[] {
    return this.lines.filter((line) => levels.includes(line.slice(0, 4)));
  }
}

/** A listener says something. */
export const say = ({ session }: Played, text: string): void => session.hear(new TextEncoder().encode(text));

/** The words that a listener was told. */
export const told = ({ input }: Played): string[] =>
  input.written.map((text) => text.split('\n').at(-1) ?? '');
