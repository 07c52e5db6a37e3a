import { type Posted } from './bus.ts';

/** A notification in one pool, with its number there. */
export interface Pooled {
  readonly posted: Posted;
  readonly poolSerial: number;
}

/** What a pool has not been able to deliver yet: a queue with a longest length. */
export class EventBuffer {
  readonly #limitCount: number;
  readonly #events: Pooled[] = [];

  /** `limitCount`: how many are kept; at least 1. */
  constructor(limitCount: number) {
    this.#limitCount = Math.max(1, limitCount);
  }

  /** How many wait. */
  get length(): number {
    return this.#events.length;
  }

  /** The oldest. */
  get head(): Pooled | undefined {
    return this.#events[0];
  }

  /** Adds the newest. Returns the oldest, when there was no room for both. */
  push(event: Pooled): Pooled | undefined {
    const discarded = this.#makeRoom();
    this.#events.push(event);
    return discarded;
  }

  /** Puts one back in front of the others. Returns what was the oldest before, when there was no room for both. */
  putBack(event: Pooled): Pooled | undefined {
    const discarded = this.#makeRoom();
    this.#events.unshift(event);
    return discarded;
  }

  /** Takes the oldest away. */
  drop(): void {
    this.#events.shift();
  }

  #makeRoom(): Pooled | undefined {
    return this.#events.length >= this.#limitCount ? this.#events.shift() : undefined;
  }
}
