import { type Flow } from './flow.ts';
import { type Holder } from './hold-clock.ts';
import { type LineFlowOptions } from './line-flow.ts';
import { type Region } from './line-part.ts';
import { type Begins, type MessageFormat } from './multiline.ts';
import { findMessages } from './multiline-splitter.ts';
import { wholeCharacters } from './utf8.ts';

const newline = 10;
const nothing = new Uint8Array(0);

/** What a message flow needs. `format` is for pieces of lines. */
export interface MessageFlowOptions extends LineFlowOptions {
  readonly begins: Begins;
  readonly messages: MessageFormat;
}

/** What stays of a region. */
interface Rest {
  readonly at: number;
  readonly judgedBytes: number;
  /** Whole messages are among it. */
  readonly isBlocked: boolean;
}

/**
 * One stream on its way to a sink that others write to as well, message by message: a message goes on when the next one
 * begins, after 1 s, 64 KB or at the end of the stream. Otherwise as LineFlow, which knows messages of one line only
 * and holds none of them.
 */
export class MessageFlow implements Flow, Holder {
  readonly #options: MessageFlowOptions;
  #held: Uint8Array = nothing;
  #judgedBytes = 0;
  #isBlocked = false;
  #isEnding = false;
  #isPaused = false;

  constructor(options: MessageFlowOptions) {
    this.#options = options;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  feed(chunk: Uint8Array): boolean {
    return this.#advance(this.#options.space.place(this.#held, chunk));
  }

  join(stop: () => void): () => void {
    return this.#options.sink.addProducer(stop);
  }

  whenReady(callback: () => void): void {
    this.#options.sink.whenReady(callback);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): boolean {
    this.#isPaused = false;
    this.#options.clock.holdAnew(this);
    if (!this.#isBlocked) return !this.#options.sink.isFull;
    return this.feed(nothing) && !this.#options.sink.isFull;
  }

  end(): boolean {
    this.#isEnding = true;
    this.feed(nothing);
    return !this.#isBlocked;
  }

  /** Lets go of the message so far; of a line that is unfinished only when nothing stands before it. */
  release(): void {
    if (this.#isBlocked || this.#held.length === 0) return;
    const region = this.#options.space.place(this.#held, nothing);
    const { bytes, start, end } = region;
    const linesEnd = start + bytes.subarray(start, end).lastIndexOf(newline) + 1;
    const at =
      linesEnd > start
        ? this.#writeMessages(region, [linesEnd])
        : this.#writePiece({ ...region, end: wholeCharacters(bytes, start, end) });
    this.#keep(region, { at, judgedBytes: 0, isBlocked: false });
  }

  #advance(region: Region): boolean {
    const rest = this.#write(region, this.#judgedBytes);
    if (rest.at > region.start) this.#options.clock.forget(this);
    this.#keep(region, rest);
    return !this.#options.sink.isFull;
  }

  /** Writes the messages of a region, and the pieces of lines that are too long, until one is open or the sink is full. */
  #write(region: Region, judgedBytes: number): Rest {
    const { begins } = this.#options;
    const found = findMessages(region, { begins, judgedBytes, isLast: this.#isEnding });
    const end = found.ends.at(-1) ?? region.start;
    const at = this.#writeMessages(region, found.ends);
    if (at < end) return { at, judgedBytes: 0, isBlocked: true };
    if (found.pieceEnd === undefined) return { at, judgedBytes: found.judgedBytes, isBlocked: false };
    const start = this.#writePiece({ ...region, start: at, end: found.pieceEnd });
    return this.#write({ ...region, start }, 0);
  }

  #writeMessages({ bytes, view, start }: Region, ends: readonly number[]): number {
    return ends.length === 0 ? start : this.#options.messages.write({ bytes, view, start, ends });
  }

  #writePiece(region: Region): number {
    return this.#options.format.write({ ...region, kind: 'piece' });
  }

  #keep({ bytes, end }: Region, { at, judgedBytes, isBlocked }: Rest): void {
    // A copy: the region is overwritten by the next read.
    this.#held = at === end ? nothing : new Uint8Array(bytes.subarray(at, end));
    this.#judgedBytes = judgedBytes;
    this.#isBlocked = isBlocked;
    if (this.#held.length > 0 && !isBlocked) this.#options.clock.hold(this);
    else this.#options.clock.forget(this);
  }
}
