import { closeSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { ByteQueue } from './byte-queue.ts';
import { errnoName } from './errno.ts';
import { highWaterBytes, type LineSink, overflowBytes, type Report } from './sink.ts';
import { openTarget, type StreamPlace, type Target } from './stream-target.ts';
import { Trouble } from './trouble.ts';
import { WaitingLine } from './waiting-line.ts';

/** How long a descriptor that others made non-blocking is left alone when it is full: nothing announces room on it. */
const pollMs = 10;

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
  #target: Target | undefined;
  #socket: Socket | undefined;
  #isDraining = false;
  #isClosed = false;
  #isGrown = false;
  #lastByte = 10;

  constructor(options: StreamSinkOptions) {
    this.name = options.name;
    this.#options = options;
    this.isTerminal = 'fd' in options.place && isatty(options.place.fd);
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
    if (this.#queue.length === 0) this.#closeTarget();
  }

  close(): void {
    this.#isClosed = true;
    this.#loseQueue();
    this.#closeTarget();
    this.#settle();
  }

  /** Opens the place now. Returns the errno name when it cannot be opened. */
  open(): string | undefined {
    if (this.#target !== undefined) return undefined;
    try {
      this.#target = openTarget(this.#options.place);
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
    const target = this.#target;
    if (target === undefined) return this.#lose(chunk);
    if (target.kind === 'thread') return chunk;
    return this.#writeSome(target, chunk);
  }

  #writeSome(target: Target, chunk: Uint8Array): Uint8Array {
    let done = 0;
    try {
      do done += writeSync(target.fd, chunk, done, chunk.length - done);
      while (target.kind === 'sync' && done < chunk.length);
    } catch (error) {
      if (errnoName(error) === 'EAGAIN') return chunk.subarray(done);
      this.#fail(error);
      return this.#lose(chunk.subarray(done));
    }
    this.#trouble.worked();
    return chunk.subarray(done);
  }

  #enqueue(rest: Uint8Array): void {
    this.#queue.push(rest);
    if (this.#queue.length > overflowBytes) for (const stop of this.#producers) stop();
    this.#growPipe();
    this.#drain();
  }

  #growPipe(): void {
    if (this.#isGrown || this.#target?.kind !== 'pipe') return;
    this.#isGrown = true;
    this.#options.growPipe?.(this.#target.fd);
  }

  #drain(): void {
    if (this.#isDraining || this.#queue.length === 0) return;
    const target = this.#target;
    if (target === undefined) return this.#abandon();
    this.#isDraining = true;
    const bytes = this.#queue.peek();
    if (target.kind === 'pipe') this.#drainBySocket(target, bytes);
    else write(target.blockingFd, bytes, (error, count) => this.#drained(error, count));
  }

  #drainBySocket(target: Target, bytes: Uint8Array): void {
    this.#socket ??= writableSocket(target.fd);
    this.#socket.write(bytes, (error) => this.#drained(error, bytes.length));
  }

  #drained(error: Error | null | undefined, count: number): void {
    this.#isDraining = false;
    if (this.#isClosed) return;
    if (error) return this.#drainFailed(error);
    this.#queue.drop(count);
    this.#trouble.worked();
    this.#drain();
    this.#settle();
  }

  #drainFailed(error: Error): void {
    if (errnoName(error) === 'EAGAIN') {
      setTimeout(() => this.#drain(), pollMs);
      return;
    }
    this.#fail(error);
    this.#abandon();
  }

  /** The queue cannot go anywhere: producers must not wait for it. */
  #abandon(): void {
    this.#loseQueue();
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
    this.#closeTarget();
  }

  #lose(chunk: Uint8Array): Uint8Array {
    this.#trouble.lose(chunk.length);
    return nothing;
  }

  #loseQueue(): void {
    this.#trouble.lose(this.#queue.length);
    this.#queue.drop(this.#queue.length);
  }

  #closeTarget(): void {
    const target = this.#target;
    this.#target = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    // The socket owns the descriptor as soon as there is one.
    if (socket !== undefined) socket.destroy();
    else if (target?.isOwn === true) closeSync(target.fd);
  }
}

function writableSocket(fd: number): Socket {
  const socket = new Socket({ fd, readable: false, writable: true });
  // The callback of the write tells the same error; without a listener it would be thrown.
  socket.on('error', () => undefined);
  return socket;
}
