import { type Socket } from 'node:net';
import { newSocket } from './late-net.ts';
import { type Flow } from './flow.ts';
import { type ReadSpace } from './read-space.ts';

/** A pipe holds this much unless it is made larger (pipe(7)). */
const pipeBytes = 64 * 1024;

/** A pipe is never larger, unless root says so (/proc/sys/fs/pipe-max-size, pipe(7)). */
const largestPipeBytes = 1024 * 1024;

/** What a reader needs. */
export interface PipeReaderOptions {
  /** The read end of a pipe; the reader owns it. */
  readonly fd: number;
  readonly flow: Flow;
  readonly space: ReadSpace;
  /** Looks at what has been read and returns what is to be passed on. The bytes are valid during the call only. */
  readonly filter: (chunk: Uint8Array) => Uint8Array;
  /** What the filter has held back, at the end of the stream; nothing when asked again. */
  readonly filterEnd: () => Uint8Array;
  /** Makes the pipe larger (F_SETPIPE_SZ, fcntl(2)); called once, when a read finds it full. */
  readonly growPipe: (fd: number) => void;
  /** Called once: the stream has ended and everything it brought has been passed on. */
  readonly onEnd: () => void;
}

/** Reads one pipe to its end. When the destination is full it stops reading, so that the program blocks. */
export class PipeReader {
  readonly #options: PipeReaderOptions;
  readonly #socket: Socket;
  readonly #leave: () => void;
  #isGrown = false;
  #isWaiting = false;
  #hasEnded = false;
  #isOver = false;
  #readBytes = 0;
  #catchingUp: { readonly callback: () => void; readonly enoughBytes: number } | undefined;
  #looks = 0;
  #sawEnd = false;

  constructor(options: PipeReaderOptions) {
    this.#options = options;
    this.#socket = newSocket({
      fd: options.fd,
      readable: true,
      writable: false,
      onread: { buffer: options.space.readArea, callback: (count) => this.#take(count) },
    });
    // A read error ends the stream, as its end does.
    this.#socket.on('error', () => undefined);
    this.#socket.on('end', () => {
      this.#sawEnd = true;
    });
    this.#socket.on('close', () => this.#closed());
    this.#leave = options.flow.join(() => this.#stop());
  }

  /** Whether the destination keeps it from reading. */
  get isBlocked(): boolean {
    return this.#isWaiting;
  }

  /**
   * Calls back when all that is in the pipe now has been passed on: at the end of the stream, when there is nothing to
   * be read, or when as much has been read as a pipe holds. Asked once.
   */
  whenCaughtUp(callback: () => void): void {
    if (this.#isOver) return callback();
    this.#catchingUp = { callback, enoughBytes: this.#readBytes + largestPipeBytes };
    this.#look();
  }

  /** What is readable is read within two turns of the event loop. */
  #look(): void {
    if (this.#catchingUp === undefined) return;
    const before = this.#readBytes;
    const number = ++this.#looks;
    const look = (): void => {
      // It has stopped meanwhile, and looks anew when it goes on; or it is about to end.
      if (this.#isWaiting || this.#sawEnd || number !== this.#looks) return;
      const isEnough = this.#readBytes >= (this.#catchingUp?.enoughBytes ?? 0);
      if (isEnough || this.#readBytes === before) this.#settleCaughtUp();
      else this.#look();
    };
    setImmediate(() => setImmediate(look));
  }

  #settleCaughtUp(): void {
    const { callback } = this.#catchingUp ?? {};
    this.#catchingUp = undefined;
    callback?.();
  }

  #take(count: number): boolean {
    const { flow, filter, space } = this.#options;
    this.#readBytes += count;
    if (count >= pipeBytes) this.#grow();
    if (flow.feed(filter(space.readArea.subarray(0, count)))) return true;
    this.#wait();
    return false;
  }

  #stop(): void {
    if (this.#isWaiting || this.#hasEnded) return;
    this.#socket.pause();
    this.#wait();
  }

  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#options.flow.pause();
    this.#options.flow.whenReady(() => this.#resume());
  }

  #resume(): void {
    this.#isWaiting = false;
    if (!this.#options.flow.resume()) this.#wait();
    else if (this.#hasEnded) this.#finish();
    else this.#goOn();
  }

  #goOn(): void {
    this.#socket.resume();
    this.#look();
  }

  #closed(): void {
    this.#hasEnded = true;
    if (!this.#isWaiting) this.#finish();
  }

  /** Whatever happens to the last bytes, the end is passed on: the next instance waits for it. */
  #finish(): void {
    const { flow, filterEnd } = this.#options;
    let isOver = true;
    try {
      flow.feed(filterEnd());
      isOver = flow.end();
    } finally {
      if (isOver) this.#passEnd();
      else this.#wait();
    }
  }

  #passEnd(): void {
    this.#isOver = true;
    this.#leave();
    this.#options.onEnd();
    this.#settleCaughtUp();
  }

  #grow(): void {
    if (this.#isGrown) return;
    this.#isGrown = true;
    this.#options.growPipe(this.#options.fd);
  }
}
