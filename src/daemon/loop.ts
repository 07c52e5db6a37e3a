/**
 * The one loop: everything that happens is an event, taken one at a time.
 *
 * Callers post; the loop drains. What follows from an event is done before the next is taken, and
 * nothing is awaited in between, so no reader of the state ever sees half a change.
 */
export class Loop<Event> {
  readonly #queue: Event[] = [];
  readonly #take: (event: Event) => void;
  readonly #onError: (error: unknown) => void;
  #isDraining = false;

  /** `onError`: what to do when taking an event throws: the loop itself never stops because of it. */
  constructor(take: (event: Event) => void, onError: (error: unknown) => void) {
    this.#take = take;
    this.#onError = onError;
  }

  /** Takes the event, and every event that taking it causes. Never re-entered. */
  post(event: Event): void {
    this.#queue.push(event);
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#drain();
    this.#isDraining = false;
  }

  #drain(): void {
    // By index: shift() of a queue of thousands copies it each time.
    for (let index = 0; index < this.#queue.length; index++) {
      const event = this.#queue[index];
      try {
        if (event !== undefined) this.#take(event);
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#queue.length = 0;
  }
}
