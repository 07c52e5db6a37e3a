import { errnoName } from './errno.ts';
import { highWaterBytes, type Report } from './sink.ts';
import { SyslogQueue } from './syslog-queue.ts';
import { type SyslogOutlet } from './syslog-sink.ts';
import { Trouble } from './trouble.ts';
import { WaitingLine } from './waiting-line.ts';

/** A socket that is connected to the local syslog daemon. Both throw an error with an errno code. */
export interface LocalSocket extends Disposable {
  /** Returns false when the daemon's queue is full: the same message is to be sent again. */
  send(message: Uint8Array): boolean;
}

/** What the local outlet is made of. */
export interface LocalSyslogOptions {
  /** `/dev/log`. */
  readonly path: string;
  readonly connect: (path: string) => LocalSocket;
  readonly report: Report;
}

/** rsyslog takes 8 KB unless it is told otherwise (its $MaxMessageSize), syslog-ng 64 KB. */
const maxMessageBytes = 8 * 1024;

type Outcome = 'sent' | 'full' | 'gone';

/** The daemon's queue holds few messages (net.unix.max_dgram_qlen, often 10), and nothing announces room in it. */
const firstWaitMs = 1;
const longestWaitMs = 50;

/** Producers that do not wait are cut off here. */
const mostBytes = 16 * highWaterBytes;

/** How long a daemon that has gone is left alone. */
const absentMs = 1000;

/**
 * The local syslog daemon. While it is slow, producers wait; while it is not there, a bounded number of messages waits
 * for it, and what is beyond is counted as lost.
 */
export class LocalSyslog implements SyslogOutlet {
  readonly name: string;
  readonly maxMessageBytes = maxMessageBytes;
  readonly #options: LocalSyslogOptions;
  readonly #trouble: Trouble;
  readonly #queue = new SyslogQueue();
  readonly #waiting = new WaitingLine(() => !this.isFull);
  #flushes: (() => void)[] = [];
  #socket: LocalSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waitMs = firstWaitMs;
  #isAbsent = false;

  constructor(options: LocalSyslogOptions) {
    this.name = options.path;
    this.#options = options;
    this.#trouble = new Trouble({ sink: options.path, report: options.report });
  }

  get isFull(): boolean {
    return !this.#isAbsent && this.#queue.bytes >= highWaterBytes;
  }

  /** Bytes that could not go anywhere, ever. */
  get lostBytes(): number {
    return this.#trouble.lostBytes;
  }

  send(message: Uint8Array): void {
    const limitBytes = this.#isAbsent ? highWaterBytes : mostBytes;
    if (this.#queue.bytes >= limitBytes) return this.#trouble.lose(message.length);
    this.#queue.push(message);
    if (this.#timer === undefined) this.#drain();
  }

  whenReady(callback: () => void): void {
    this.#waiting.add(callback);
  }

  flush(): Promise<void> {
    if (this.#queue.bytes === 0 || this.#isAbsent) return Promise.resolve();
    return new Promise((resolve) => this.#flushes.push(resolve));
  }

  reopen(): void {
    this.#disconnect();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#disconnect();
    this.#trouble.lose(this.#queue.clear());
    this.#settle();
  }

  #drain(): void {
    for (let message = this.#queue.head; message !== undefined; message = this.#queue.head) {
      const outcome = this.#trySend(message);
      if (outcome === 'gone') return this.#waitForDaemon();
      if (outcome === 'full') return this.#waitForRoom();
      this.#queue.drop();
      this.#waitMs = firstWaitMs;
    }
    this.#settle();
  }

  /** A daemon that was restarted has left our socket behind, and is there at once by another. */
  #trySend(message: Uint8Array): Outcome {
    const wasConnected = this.#socket !== undefined;
    try {
      return this.#sendNow(message);
    } catch (error) {
      // A message that is too long will never go; the next one may.
      if (errnoName(error) === 'EMSGSIZE') return this.#giveUp(message);
      this.#disconnect();
      return wasConnected ? this.#trySend(message) : this.#missDaemon(error);
    }
  }

  #sendNow(message: Uint8Array): Outcome {
    this.#socket ??= this.#options.connect(this.#options.path);
    if (!this.#socket.send(message)) return 'full';
    this.#isAbsent = false;
    this.#trouble.worked();
    return 'sent';
  }

  #giveUp(message: Uint8Array): Outcome {
    this.#trouble.lose(message.length);
    return 'sent';
  }

  #missDaemon(error: unknown): Outcome {
    this.#trouble.failed(error);
    return 'gone';
  }

  #waitForRoom(): void {
    this.#arm(this.#waitMs);
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
    this.#waiting.wake();
  }

  #waitForDaemon(): void {
    this.#isAbsent = true;
    this.#arm(absentMs);
    this.#settle();
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#drain();
    }, ms);
  }

  #settle(): void {
    this.#waiting.wake();
    const flushes = this.#flushes;
    this.#flushes = [];
    for (const resolve of flushes) resolve();
  }

  #disconnect(): void {
    this.#socket?.[Symbol.dispose]();
    this.#socket = undefined;
  }
}
