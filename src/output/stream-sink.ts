import { ByteQueue } from './byte-queue.ts';
import { errnoName } from './errno.ts';
import { isTerminal } from './late-net.ts';
import { OpenStream } from './open-stream.ts';
import { highWaterBytes, type LineSink, overflowBytes, type Report } from './sink.ts';
import { type StreamPlace } from './stream-target.ts';
import { Trouble } from './trouble.ts';
import { WaitingLine } from './waiting-line.ts';

const newline = Uint8Array.of(10);
const nothing = new Uint8Array(0);

/** What a stream sink is made of. */
export interface StreamSinkOptions {
  readonly place: StreamPlace;
  readonly name: string;
  readonly report: Report;
  /** Makes the pipe behind a descriptor larger, once, when it turns out to be too small (F_SETPIPE_SZ, fcntl(2)). */
  readonly growPipe?: (fd: number) => void;
  /** Milliseconds of the monotonic clock. */
  readonly now?: () => number;
}

/**
 * The container's stdout or stderr, a FIFO, a device. Writes at once what fits and queues the rest; never blocks the
 * main thread. When the reader has gone (EPIPE) or the device fails, bytes are counted as lost and writing is tried
 * again with the bytes that come later.
 */
export class StreamSink implements LineSink {
  readonly name: string;
  readonly isTerminal: boolean;
  readonly #options: StreamSinkOptions;
  readonly #trouble: Trouble;
  readonly #queue = new ByteQueue();
  readonly #waiting = new WaitingLine(() => !this.isFull);
  readonly #producers = new Set<() => void>();
  #flushes: (() => void)[] = [];
  #stream: OpenStream | undefined;
  #drainedBytes = 0;
  #isDraining = false;
  #isClosed = false;
  #isGrown = false;
  #lastByte = 10;

  constructor(options: StreamSinkOptions) {
    this.name = options.name;
    this.#options = options;
    this.isTerminal = 'fd' in options.place && isTerminal(options.place.fd);
    this.#trouble = new Trouble({
      sink: options.name,
      report: options.report,
      ...(options.now !== undefined && { now: options.now }),
    });
  }

  get isFull(): boolean {
    return this.#queue.length >= highWaterBytes;
  }

  /** Bytes that could not go anywhere, ever. */
  get lostBytes(): number {
    return this.#trouble.lostBytes;
  }

  /** Bytes that had to wait and are out; it grows as long as somebody reads. */
  get drainedBytes(): number {
    return this.#drainedBytes;
  }

  /** Bytes that wait for the reader. */
  get queuedBytes(): number {
    return this.#queue.length;
  }

  write(chunk: Uint8Array): boolean {
    if (chunk.length === 0) return !this.isFull;
    this.#lastByte = chunk[chunk.length - 1] ?? 10;
    const rest = this.#queue.length > 0 ? chunk : this.#writeNow(chunk);
    if (rest.length > 0) this.#enqueue(rest);
    return !this.isFull;
  }

  beginLine(): void {
    if (this.#lastByte !== 10) this.write(newline);
  }

  whenReady(callback: () => void): void {
    this.#waiting.add(callback);
  }

  addProducer(stop: () => void): () => void {
    this.#producers.add(stop);
    return () => this.#producers.delete(stop);
  }

  flush(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#flushes.push(resolve));
  }

  reopen(): void {
    if (this.#queue.length === 0) this.#closeStream();
  }

  close(): void {
    this.#isClosed = true;
    this.#closeStream();
    this.#abandon();
  }

  /** Opens the place now. Returns the errno name when it cannot be opened. */
  open(): string | undefined {
    if (this.#stream !== undefined) return undefined;
    try {
      this.#stream = new OpenStream(this.#options.place);
      return undefined;
    } catch (error) {
      this.#trouble.failed(error);
      return errnoName(error);
    }
  }

  /** Returns what did not fit. */
  #writeNow(chunk: Uint8Array): Uint8Array {
    if (this.#isClosed || this.#trouble.mustWait) return this.#lose(chunk);
    this.open();
    return this.#stream === undefined ? this.#lose(chunk) : this.#writeSome(this.#stream, chunk);
  }

  #writeSome(stream: OpenStream, chunk: Uint8Array): Uint8Array {
    let rest = chunk;
    try {
      do rest = rest.subarray(stream.writeNow(rest));
      while (stream.takesAll && rest.length > 0);
    } catch (error) {
      this.#fail(error);
      return this.#lose(rest);
    }
    if (rest.length < chunk.length) this.#trouble.worked();
    return rest;
  }

  #enqueue(rest: Uint8Array): void {
    this.#queue.push(rest);
    if (this.#queue.length > overflowBytes) for (const stop of this.#producers) stop();
    this.#growPipe();
    this.#drain();
  }

  #growPipe(): void {
    const fd = this.#stream?.pipeFd;
    if (this.#isGrown || fd === undefined) return;
    this.#isGrown = true;
    this.#options.growPipe?.(fd);
  }

  #drain(): void {
    const stream = this.#stream;
    if (this.#isDraining || stream === undefined || this.#queue.length === 0) return;
    this.#isDraining = true;
    stream.writeLater(this.#queue.peek(), (error, count) => {
      // Closed meanwhile: the queue has been counted as lost.
      if (stream === this.#stream) this.#drained(error, count);
    });
  }

  #drained(error: Error | undefined, count: number): void {
    this.#isDraining = false;
    if (error !== undefined) {
      this.#fail(error);
      return this.#abandon();
    }
    this.#queue.drop(count);
    this.#drainedBytes += count;
    this.#trouble.worked();
    this.#drain();
    this.#settle();
  }

  /** The queue cannot go anywhere: producers must not wait for it. */
  #abandon(): void {
    this.#trouble.lose(this.#queue.length);
    this.#queue.clear();
    this.#settle();
  }

  #settle(): void {
    this.#waiting.wake();
    if (this.#queue.length > 0) return;
    const flushes = this.#flushes;
    this.#flushes = [];
    for (const resolve of flushes) resolve();
  }

  #fail(error: unknown): void {
    this.#trouble.failed(error);
    this.#closeStream();
  }

  #lose(chunk: Uint8Array): Uint8Array {
    this.#trouble.lose(chunk.length);
    return nothing;
  }

  #closeStream(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#isDraining = false;
  }
}
