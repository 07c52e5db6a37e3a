import { type Sink } from './sink.ts';
import { type SyslogHeader } from './syslog-message.ts';
import { wholeCharacters } from './utf8.ts';

/** The way to one syslog server, shared by all who write to it. It never throws and never waits. */
export interface SyslogOutlet {
  /** How messages call it: `/dev/log`, `syslog://host:514`. */
  readonly name: string;
  /** Whether producers must wait for `whenReady`. */
  readonly isFull: boolean;
  /** The longest message, in bytes, that arrives whole. */
  readonly maxMessageBytes: number;
  /** Takes a message; it is the outlet's from now on. */
  send(message: Uint8Array): void;
  /** Calls back once when there is room again. */
  whenReady(callback: () => void): void;
  /** Resolves when everything taken is out, or will not be. */
  flush(): Promise<void>;
  /** Lets go of the connection; the next message makes a new one. */
  reopen(): void;
  /** Lets go of everything. What is queued is lost. */
  close(): void;
}

/** What one stream writes to syslog with. */
export interface SyslogSinkOptions {
  readonly outlet: SyslogOutlet;
  readonly header: SyslogHeader;
  /** The wall clock. */
  readonly now?: () => Date;
}

const newline = 10;

/**
 * One stream on its way to syslog: each line is a message, without its newline. What is written without one is a
 * message too, so whole lines should come (a line flow in front sees to that). A line that is longer than the server
 * takes becomes several messages.
 */
export class SyslogSink implements Sink {
  readonly #outlet: SyslogOutlet;
  readonly #header: SyslogHeader;
  readonly #now: () => Date;

  constructor({ outlet, header, now }: SyslogSinkOptions) {
    this.#outlet = outlet;
    this.#header = header;
    this.#now = now ?? (() => new Date());
  }

  get name(): string {
    return this.#outlet.name;
  }

  get isFull(): boolean {
    return this.#outlet.isFull;
  }

  write(chunk: Uint8Array): boolean {
    if (chunk.length > 0) this.#writeLines(chunk, Buffer.from(this.#header(this.#now())));
    return !this.isFull;
  }

  whenReady(callback: () => void): void {
    this.#outlet.whenReady(callback);
  }

  flush(): Promise<void> {
    return this.#outlet.flush();
  }

  reopen(): void {
    this.#outlet.reopen();
  }

  /** The outlet stays: others use it. */
  close(): void {
    // Nothing of its own is open.
  }

  /** Newlines at the end begin no line, and empty lines before that are messages, as in Supervisor. */
  #writeLines(chunk: Uint8Array, header: Uint8Array): void {
    let end = chunk.length;
    while (end > 0 && chunk[end - 1] === newline) end--;
    for (let at = 0; at <= end;) {
      const next = chunk.subarray(at, end).indexOf(newline);
      const to = next < 0 ? end : at + next;
      this.#writeLine(chunk.subarray(at, to), header);
      at = to + 1;
    }
  }

  #writeLine(line: Uint8Array, header: Uint8Array): void {
    const maxTextBytes = Math.max(1, this.#outlet.maxMessageBytes - header.length);
    let at = 0;
    do {
      const limit = Math.min(line.length, at + maxTextBytes);
      const to = limit < line.length ? wholeCharacters(line, at, limit) : limit;
      this.#outlet.send(Buffer.concat([header, line.subarray(at, to)]));
      at = to;
    } while (at < line.length);
  }
}
