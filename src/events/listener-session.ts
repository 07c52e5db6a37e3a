import { type ListenerOutcome, type ListenerState, busy, hear, unheard } from '../core/listener-machine.ts';
import { textOf } from '../core/event-wire.ts';
import { bytesRepr } from '../core/python-bytes.ts';
import { type Pooled } from './event-buffer.ts';
import { type ListenerInput } from './listener-input.ts';

/** What the events room writes to the activity log. */
export interface EventLog {
  debug(line: string): void;
  warn(line: string): void;
  error(line: string): void;
  /** Whether lines of level debug are written: spares making them. */
  isEnabled(level: 'debug'): boolean;
}

/** What a session tells its pool. */
export interface SessionOwner {
  readonly log: EventLog;
  /** The listener can take a notification now. */
  readonly ready: () => void;
  /** The listener has answered OK. */
  readonly accepted: () => void;
  /** The listener has not answered OK to this, or will not answer. */
  readonly rejected: (event: Pooled) => void;
  /** The listener has broken the protocol. */
  readonly broken: (session: ListenerSession) => void;
}

/** More of what a listener says at once is not shown: no answer is that long, and a flood would drown the log. */
const shownBytes = 1000;

/** One instance of a listener process, from its spawn to the end of its output. */
export class ListenerSession {
  /** The name of the process. */
  readonly name: string;
  readonly #input: ListenerInput;
  readonly #owner: SessionOwner;
  #state: ListenerState = unheard;
  /** What it was sent and has not answered. */
  #event: Pooled | undefined;
  #isRunning = false;
  #isGone = false;
  /** Its answer rejects what it was sent, which goes back after the change of state that follows. */
  #hasRejected = false;
  /** What it has written is being told: nothing new is sent before all of it is. */
  #isTelling = false;
  #hasEnded = false;

  constructor(name: string, input: ListenerInput, owner: SessionOwner) {
    this.name = name;
    this.#input = input;
    this.#owner = owner;
    input.onClear = () => this.#wake();
  }

  /** The state of the protocol. */
  get state(): ListenerState['name'] {
    return this.#state.name;
  }

  /** Whether it has something to do, and may do it. */
  get isWorking(): boolean {
    return this.#isRunning && this.#state.name === 'BUSY';
  }

  /** Whether it may be told of something, now or later. */
  get isServing(): boolean {
    return this.#isRunning && this.#state.name !== 'UNKNOWN';
  }

  /** Whether its output has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Whether it can take a notification: it is RUNNING, has said READY, and has taken all that it was sent before. (One
   * that answers without reading would otherwise fill our memory.)
   */
  get isReady(): boolean {
    const isListening = this.#isRunning && this.#state.name === 'READY' && !this.#isTelling;
    return isListening && !this.#isGone && this.#input.isClear;
  }

  /** The process has entered RUNNING, or left it. */
  set isRunning(isRunning: boolean) {
    this.#isRunning = isRunning;
    this.#wake();
  }

  /** Sends it a notification. Returns false when it has closed its standard input. */
  send(event: Pooled, envelope: Uint8Array): boolean {
    this.#isGone = !this.#input.write(envelope);
    if (this.#isGone) return false;
    this.#state = busy;
    this.#event = event;
    return true;
  }

  /** Takes what it has written to its standard output. */
  hear(chunk: Uint8Array): void {
    if (this.#hasEnded || chunk.length === 0 || this.#state.name === 'UNKNOWN') return;
    if (this.#owner.log.isEnabled('debug')) this.#show(chunk);
    const { state, outcomes } = hear(this.#state, chunk);
    this.#state = state;
    this.#isTelling = true;
    for (const outcome of outcomes) this.#tell(outcome);
    this.#isTelling = false;
    if (state.name === 'UNKNOWN' && outcomes.length > 0) this.#owner.broken(this);
    this.#wake();
  }

  /** The process has died and its output is at its end: what it has not answered is rejected. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isRunning = false;
    this.#input.close();
    this.#reject();
  }

  #show(chunk: Uint8Array): void {
    const rest = chunk.length > shownBytes ? ` … (${chunk.length} bytes)` : '';
    const shown = bytesRepr(chunk.subarray(0, shownBytes));
    this.#owner.log.debug(`'${this.name}' stdout output:\n${shown}${rest}`);
  }

  #tell(outcome: ListenerOutcome): void {
    const { log } = this.#owner;
    switch (outcome.type) {
      case 'changed':
        return this.#tellChange(outcome);
      case 'accepted':
        log.debug(`${this.name}: event was processed`);
        this.#event = undefined;
        return this.#owner.accepted();
      case 'rejected':
        this.#hasRejected = true;
        return log.warn(`${this.name}: event was rejected`);
      case 'badResultLine':
        this.#hasRejected = true;
        return log.warn(`${this.name}: bad result line: '${textOf(outcome.line)}'`);
    }
  }

  #tellChange({ from, to }: Extract<ListenerOutcome, { type: 'changed' }>): void {
    const { log } = this.#owner;
    log.debug(`${this.name}: ${from} -> ${to}`);
    if (to === 'UNKNOWN')
      log.warn(
        `${this.name}: has entered the UNKNOWN state and will no longer receive events, ` +
          'this usually indicates the process violated the eventlistener protocol',
      );
    if (this.#hasRejected) this.#reject();
    this.#hasRejected = false;
  }

  #reject(): void {
    const event = this.#event;
    this.#event = undefined;
    if (event !== undefined) this.#owner.rejected(event);
  }

  #wake(): void {
    if (this.isReady) this.#owner.ready();
  }
}
