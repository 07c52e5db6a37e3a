import { type Flow } from './flow.ts';
import { type Holder, type HoldClock } from './hold-clock.ts';
import { type LineFormat, maxLineBytes, type PartKind, type Region } from './line-part.ts';
import { splitLines } from './line-splitter.ts';
import { type ReadSpace } from './read-space.ts';
import { type LineSink } from './sink.ts';
import { wholeCharacters } from './utf8.ts';

const newline = 10;
const nothing = new Uint8Array(0);

/** What a line flow needs. */
export interface LineFlowOptions {
  readonly sink: LineSink;
  readonly format: LineFormat;
  readonly space: ReadSpace;
  readonly clock: HoldClock;
}

/**
 * One stream on its way to a sink that others write to as well: whole lines go on at once, an unfinished one is held
 * until its newline, 1 s of reading, 64 KB or the end of the stream. When the sink is full in the middle of a read, the
 * rest of that read is held too, unformatted.
 */
export class LineFlow implements Flow, Holder {
  readonly #options: LineFlowOptions;
  #held: Uint8Array = nothing;
  #isBlocked = false;
  #isEnding = false;
  #isPaused = false;

  constructor(options: LineFlowOptions) {
    this.#options = options;
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

  get isPaused(): boolean {
    return this.#isPaused;
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

  /** Lets go of an unfinished line, except half a character at its end. */
  release(): void {
    if (this.#isBlocked || this.#held.length === 0) return;
    const region = this.#options.space.place(this.#held, nothing);
    const end = wholeCharacters(region.bytes, region.start, region.end);
    this.#keep(region, this.#write({ ...region, end }, 'piece'));
  }

  #advance(region: Region): boolean {
    const at = splitLines(region, this.#options.format);
    if (at > region.start) this.#options.clock.forget(this);
    this.#keep(region, this.#writeTooLong({ ...region, start: at }));
    return !this.#options.sink.isFull;
  }

  /** What splitting leaves is an unfinished line, unless the sink is full. */
  #writeTooLong(rest: Region): number {
    const { bytes, start, end } = rest;
    const isUnfinished = bytes.subarray(start, end).indexOf(newline) < 0;
    if (!isUnfinished || start === end) return start;
    if (this.#isEnding) return this.#write(rest, 'last');
    return end - start > maxLineBytes ? this.#write(rest, 'piece') : start;
  }

  #write(region: Region, kind: PartKind): number {
    return this.#options.format.write({ ...region, kind });
  }

  #keep({ bytes, end }: Region, at: number): void {
    // A copy: the region is overwritten by the next read.
    this.#held = at === end ? nothing : new Uint8Array(bytes.subarray(at, end));
    // A whole line that is left has met a full sink.
    this.#isBlocked = this.#held.includes(newline);
    if (this.#held.length > 0 && !this.#isBlocked) this.#options.clock.hold(this);
    else this.#options.clock.forget(this);
  }
}
