import { type Flow } from './flow.ts';
import { type HoldClock, type Holder } from './hold-clock.ts';
import { maxLineBytes } from './line-part.ts';
import { type Sink } from './sink.ts';

const newline = 10;
const nothing: Uint8Array = new Uint8Array(0);

const leave = (): void => undefined;

/** What a syslog flow is made of. */
export interface SyslogFlowOptions {
  /** Each write becomes whole messages. */
  readonly sink: Sink;
  readonly clock: HoldClock;
}

/**
 * One stream on its way to syslog, line by line. An unfinished line is held until its newline, 1 s, 64 KB or the end
 * of the stream.
 */
export class SyslogFlow implements Flow, Holder {
  readonly #sink: Sink;
  readonly #clock: HoldClock;
  /** Copies: what has been read is overwritten by the next read. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isPaused = false;

  constructor({ sink, clock }: SyslogFlowOptions) {
    this.#sink = sink;
    this.#clock = clock;
  }

  feed(chunk: Uint8Array): boolean {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) this.#write(chunk.subarray(0, end));
    this.#hold(chunk.subarray(end));
    return !this.#sink.isFull;
  }

  /** What waits for the daemon has a limit of its own. */
  join(): () => void {
    return leave;
  }

  whenReady(callback: () => void): void {
    this.#sink.whenReady(callback);
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): boolean {
    this.#isPaused = false;
    this.#clock.holdAnew(this);
    return !this.#sink.isFull;
  }

  end(): boolean {
    this.release();
    return true;
  }

  release(): void {
    if (this.#heldBytes > 0) this.#write(nothing);
  }

  #hold(rest: Uint8Array): void {
    if (rest.length === 0) return;
    this.#held.push(new Uint8Array(rest));
    this.#heldBytes += rest.length;
    this.#clock.hold(this);
    if (this.#heldBytes > maxLineBytes) this.release();
  }

  #write(bytes: Uint8Array): void {
    this.#clock.forget(this);
    this.#sink.write(this.#heldBytes === 0 ? bytes : Buffer.concat([...this.#held, bytes]));
    this.#held = [];
    this.#heldBytes = 0;
  }
}
