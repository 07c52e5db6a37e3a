/** What is to be done when the signals of one turn have all been taken. */
export interface TurnEnd {
  /** Reacts to one signal that was kept. */
  readonly react: (signal: number) => void;
  /** After all reactions. */
  readonly finish: () => void;
}

/** A second request to stop means more than the first; a third means nothing. */
const mostAtOnce = 2;

/**
 * The signals of one turn of the event loop. Node puts them into a pipe of four thousand places and drops what finds
 * no place, so it must be emptied faster than it is filled: reactions, some of which take milliseconds, wait for the
 * end of the turn, and a signal that comes again and again is reacted to twice at the most (the kernel, too, does not
 * keep one that is pending already).
 */
export class SignalTurn {
  readonly #end: TurnEnd;
  readonly #counts = new Map<number, number>();
  #isOpen = false;

  constructor(end: TurnEnd) {
    this.#end = end;
  }

  /** Keeps the signal for the end of the turn. */
  keep(signal: number): void {
    this.#counts.set(signal, Math.min(mostAtOnce, (this.#counts.get(signal) ?? 0) + 1));
    this.open();
  }

  /** Sees to it that the turn has an end, also when nothing is kept. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    setImmediate(() => this.#close());
  }

  #close(): void {
    const kept = [...this.#counts];
    this.#counts.clear();
    this.#isOpen = false;
    for (const [signal, count] of kept) for (let left = count; left > 0; left--) this.#end.react(signal);
    this.#end.finish();
  }
}
