import { type ConcreteType } from '../core/event-types.ts';
import { type EventBus } from './bus.ts';

const PERIODS = [
  { type: 'TICK_5', seconds: 5 },
  { type: 'TICK_60', seconds: 60 },
  { type: 'TICK_3600', seconds: 3600 },
] as const satisfies readonly { readonly type: ConcreteType; readonly seconds: number }[];

/** What ticks need; a test gives a clock of its own. */
export interface TickClock {
  /** Milliseconds since 1970, as the wall clock shows them. */
  readonly wallMs: () => number;
  /** Calls back once, `ms` from now. Returns what takes that back. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/**
 * TICK_5, TICK_60 and TICK_3600: one each time when the wall clock enters another period, never at the start.
 * One timer, set to the next border of the shortest period that somebody asks for; none when nobody asks. A clock that
 * was set gives one tick, as in Supervisor (supervisord.py, tick), when that timer fires.
 */
export class Ticks {
  readonly #bus: EventBus;
  readonly #clock: TickClock;
  /** The period that the wall clock was in when we looked last, as the second in which it began. */
  readonly #begun = new Map<ConcreteType, number>();
  #cancel: (() => void) | undefined;

  constructor(bus: EventBus, clock: TickClock) {
    this.#bus = bus;
    this.#clock = clock;
    bus.observeDemand(() => this.#rearm());
    this.#rearm();
  }

  /** No tick any more. */
  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #rearm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const wallMs = this.#clock.wallMs();
    for (const period of PERIODS) {
      if (!this.#bus.wants(period.type)) this.#begun.delete(period.type);
      else if (!this.#begun.has(period.type)) this.#begun.set(period.type, beginOf(period.seconds, wallMs));
    }
    this.#arm(wallMs);
  }

  #arm(wallMs: number): void {
    const shortest = PERIODS.find(({ type }) => this.#begun.has(type));
    if (shortest === undefined) return;
    const nextMs = (beginOf(shortest.seconds, wallMs) + shortest.seconds) * 1000;
    this.#cancel = this.#clock.after(Math.ceil(nextMs - wallMs), () => this.#look());
  }

  #look(): void {
    const wallMs = this.#clock.wallMs();
    for (const { type, seconds } of PERIODS) {
      const when = beginOf(seconds, wallMs);
      const begun = this.#begun.get(type);
      if (begun === undefined || begun === when) continue;
      this.#begun.set(type, when);
      this.#bus.post({ type, when });
    }
    this.#rearm();
  }
}

/** The second, since 1970, in which the period of this instant began. */
const beginOf = (seconds: number, wallMs: number): number => Math.floor(wallMs / 1000 / seconds) * seconds;
