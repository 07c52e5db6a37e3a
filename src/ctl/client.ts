/** What the commands share: the server, the terminal, and the exit code so far. */
import { type Readable, type Writable } from 'node:stream';
import { addAbortListener, once } from 'node:events';
import { type Command } from './command.ts';
import { type LineReader } from './line-reader.ts';
import { Rpc } from './rpc.ts';
import { type Server, Transport } from './transport.ts';

/** Where the client reads and writes; `process` is one. */
export interface CtlIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the client was called, for its messages; `tsupervisor ctl` when not given. */
  readonly progname?: string;
}

interface ClientParts {
  readonly io: CtlIo;
  readonly server: Server;
  readonly interactive: boolean;
  readonly commands: ReadonlyMap<string, Command>;
  readonly lines: LineReader;
}

/** One run of the client. */
export class Client implements Disposable {
  readonly io: CtlIo;
  /** Whether questions are asked: in the shell, or with -i. */
  readonly interactive: boolean;
  readonly commands: ReadonlyMap<string, Command>;
  readonly lines: LineReader;
  /** The last writer wins: a success never resets it. Source: Supervisor 4.3.0 supervisorctl.py. */
  exitCode = 0;
  /** Whether a command takes Ctrl-C for itself: a stream ends, the shell goes on. */
  catchesInterrupt = false;
  #isOver = false;
  #transport: Transport;
  #draining: Promise<void> | undefined;

  constructor({ io, server, interactive, commands, lines }: ClientParts) {
    this.io = io;
    this.interactive = interactive;
    this.commands = commands;
    this.lines = lines;
    this.#transport = new Transport(server);
  }

  /** The server that commands talk to. */
  get server(): Server {
    return this.#transport.server;
  }

  get serverurl(): string {
    return this.server.serverurl;
  }

  get transport(): Transport {
    return this.#transport;
  }

  get rpc(): Rpc {
    return new Rpc(this.#transport);
  }

  /** Whether a person watches: colours and advice. */
  get onTerminal(): boolean {
    return this.io.stdout.isTTY === true;
  }

  /** Talks to another server, or as somebody else. */
  connect(server: Server): void {
    this.#transport[Symbol.dispose]();
    this.#transport = new Transport(server);
  }

  /** One line on stdout: supervisorctl writes nearly everything there. */
  say(line: string): void {
    if (!this.#isOver) this.io.stdout.write(`${line}\n`);
  }

  /** One line on stderr. */
  complain(line: string): void {
    this.io.stderr.write(`${line}\n`);
  }

  /** Writes as fast as the reader of stdout reads. @throws Error EPIPE when it has gone */
  async write(data: string | Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.io.stdout.write(data)) return;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    using _ = signal === undefined ? undefined : addAbortListener(signal, () => reject(signal.reason));
    await Promise.race([this.#drain(), aborted]);
  }

  /** One for all streams that wait: hundreds may be followed at once. */
  #drain(): Promise<void> {
    this.#draining ??= this.#nextDrain();
    // Everybody who waits may have been aborted.
    this.#draining.catch(() => undefined);
    return this.#draining;
  }

  async #nextDrain(): Promise<void> {
    try {
      await once(this.io.stdout, 'drain');
    } finally {
      this.#draining = undefined;
    }
  }

  /** Notes a failure. */
  fail(exitCode: number): void {
    this.exitCode = exitCode;
  }

  /** Closes the connections and the input. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#transport[Symbol.dispose]();
    this.lines.close();
  }
}
