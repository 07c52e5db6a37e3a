import { type SyslogAddress } from '../core/syslog-address.ts';
import { highWaterBytes, type Report } from './sink.ts';
import { type Connection, connectTcp, connectUdp } from './syslog-connection.ts';
import { SyslogQueue } from './syslog-queue.ts';
import { type SyslogOutlet } from './syslog-sink.ts';
import { Trouble } from './trouble.ts';

const firstWaitMs = 1000;
const longestWaitMs = 30_000;

/** A server that is not there refuses a datagram (ICMP) long before this. */
const proofMs = 1000;

/** What every server takes (RFC 5426, 3.2; rsyslog's $MaxMessageSize). */
const maxMessageBytes = { udp: 2048, tcp: 8 * 1024 } as const;

/** What a remote outlet is made of. */
export interface RemoteSyslogOptions {
  readonly address: SyslogAddress;
  readonly report: Report;
}

/**
 * A syslog server in the network. Producers never wait for it: a bounded number of messages waits while it cannot be
 * reached, and what is beyond is counted as lost. A connection that was lost is made anew, later each time, as long as
 * there is something to send.
 */
export class RemoteSyslog implements SyslogOutlet {
  readonly name: string;
  readonly isFull = false;
  readonly maxMessageBytes: number;
  readonly #address: SyslogAddress;
  readonly #trouble: Trouble;
  readonly #queue = new SyslogQueue();
  #connection: Connection | undefined;
  #isOpen = false;
  /** Bytes that the kernel has not taken yet. */
  #sendingBytes = 0;
  /** Taken by the kernel, while a refusal may still come. */
  #unprovenBytes = 0;
  /** Runs while datagrams go out again and none has been refused yet. */
  #proof: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waitMs = firstWaitMs;
  #flushes: (() => void)[] = [];

  constructor({ address, report }: RemoteSyslogOptions) {
    const { protocol, host, port } = address;
    this.name = `${protocol === 'tcp' ? 'syslog+tcp' : 'syslog'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.maxMessageBytes = maxMessageBytes[protocol];
    this.#address = address;
    this.#trouble = new Trouble({ sink: this.name, report });
  }

  /** Bytes that could not go anywhere, ever. */
  get lostBytes(): number {
    return this.#trouble.lostBytes;
  }

  send(message: Uint8Array): void {
    if (this.#queue.bytes + this.#sendingBytes >= highWaterBytes) return this.#trouble.lose(message.length);
    this.#queue.push(message);
    if (this.#isOpen) this.#drain();
    else if (this.#connection === undefined && this.#timer === undefined) this.#connect();
  }

  whenReady(callback: () => void): void {
    setImmediate(callback);
  }

  flush(): Promise<void> {
    if (this.#isIdle || this.#timer !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#flushes.push(resolve));
  }

  reopen(): void {
    // What the kernel has not taken yet would be lost with the connection.
    if (this.#isIdle) this.#disconnect();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#disconnect();
    this.#trouble.lose(this.#queue.clear());
    this.#settle();
  }

  get #isIdle(): boolean {
    return this.#queue.bytes + this.#sendingBytes === 0;
  }

  #connect(): void {
    const connect = this.#address.protocol === 'tcp' ? connectTcp : connectUdp;
    const connection = connect(this.#address, {
      opened: () => {
        this.#isOpen = true;
        this.#drain();
      },
      closed: (error) => this.#lost(error),
    });
    this.#connection = connection;
  }

  #drain(): void {
    for (let message = this.#queue.head; message !== undefined; message = this.#queue.head) {
      this.#queue.drop();
      this.#sendNow(message);
    }
  }

  #sendNow(message: Uint8Array): void {
    const connection = this.#connection;
    this.#sendingBytes += message.length;
    connection?.send(message, (error) => {
      // What a lost connection had not sent is counted when it is lost.
      if (connection !== this.#connection) return;
      this.#sendingBytes -= message.length;
      if (error) return this.#notSent(message, error);
      this.#sent(message.length);
      if (this.#isIdle) this.#settle();
    });
  }

  /** UDP says only later, and not for certain, that nobody took it. */
  #sent(bytes: number): void {
    if (this.#address.protocol === 'tcp' || !this.#trouble.isFailing) {
      this.#unprovenBytes = bytes;
      return this.#worked();
    }
    this.#unprovenBytes += bytes;
    this.#proof ??= setTimeout(() => this.#worked(), proofMs).unref();
  }

  #worked(): void {
    clearTimeout(this.#proof);
    this.#proof = undefined;
    this.#trouble.worked();
    this.#waitMs = firstWaitMs;
  }

  #notSent(message: Uint8Array, error: Error): void {
    this.#trouble.lose(message.length);
    this.#lost(error);
  }

  /** An idle server may hang up: that is no failure until something is to be sent and it is not there. */
  #lost(error: Error | undefined): void {
    const wasIdle = this.#isIdle && this.#isOpen;
    this.#disconnect();
    if (wasIdle && error === undefined) return;
    if (this.#address.protocol === 'udp') this.#trouble.lose(this.#unprovenBytes);
    this.#unprovenBytes = 0;
    this.#trouble.failed(error ?? hungUp);
    this.#timer = setTimeout(() => this.#retry(), this.#waitMs);
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
    this.#settle();
  }

  #retry(): void {
    this.#timer = undefined;
    if (!this.#isIdle) this.#connect();
  }

  #disconnect(): void {
    this.#trouble.lose(this.#sendingBytes);
    this.#sendingBytes = 0;
    this.#isOpen = false;
    clearTimeout(this.#proof);
    this.#proof = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }

  #settle(): void {
    const flushes = this.#flushes;
    this.#flushes = [];
    for (const resolve of flushes) resolve();
  }
}

const hungUp = Object.assign(new Error('the server has closed the connection'), {
  code: 'ECONNRESET',
  syscall: 'write',
});
