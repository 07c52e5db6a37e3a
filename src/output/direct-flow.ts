import { type Flow } from './flow.ts';
import { type Sink } from './sink.ts';

// A file is never full.
const leave = (): void => undefined;

/** One stream on its way to a file: the bytes as they come. */
export class DirectFlow implements Flow {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  feed(chunk: Uint8Array): boolean {
    return this.#sink.write(chunk);
  }

  join(): () => void {
    return leave;
  }

  whenReady(callback: () => void): void {
    this.#sink.whenReady(callback);
  }

  pause(): void {
    // Holds nothing.
  }

  resume(): boolean {
    return !this.#sink.isFull;
  }

  end(): boolean {
    return true;
  }
}

/** A stream that goes nowhere: NONE, /dev/null. */
export const nowhere: Flow = {
  feed: () => true,
  join: () => leave,
  whenReady: (callback) => void setImmediate(callback),
  pause: leave,
  resume: () => true,
  end: () => true,
};
