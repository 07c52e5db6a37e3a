import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { inTime } from './wait-for.ts';

/** What a puppet knows of itself. Numbers as the kernel of its namespace gives them. */
export interface Identity {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** Real, effective, saved. */
  readonly uids: readonly [number, number, number];
  /** Real, effective, saved. */
  readonly gids: readonly [number, number, number];
  /** Supplementary groups, ascending. */
  readonly groups: readonly number[];
  readonly umask: number;
  readonly cwd: string;
  readonly nice: number;
  readonly oomScoreAdj: number;
  readonly noNewPrivs: boolean;
  /** Bit n-1 is signal n, in hexadecimal, as in /proc/self/status; Python itself ignores SIGPIPE and SIGXFSZ. */
  readonly blockedSignals: string;
  readonly ignoredSignals: string;
  /** RLIMIT_NOFILE: soft, hard. */
  readonly openFiles: readonly [number, number];
  readonly environment: Readonly<Record<string, string>>;
  /** Open descriptors and what they are, as /proc/self/fd tells; the puppet's own wire is left out. */
  readonly descriptors: Readonly<Record<string, string>>;
}

type Message<Answer = unknown> =
  | { readonly answer: Answer }
  | { readonly error: string }
  | { readonly signal: NodeJS.Signals };

/** A living test program, which does as it is told. It is made by `Stage`; `puppet.py` is its other half. */
export class Puppet {
  /** The name it was given in `Stage.command`. */
  readonly name: string;
  /** Its pid in its own namespace. */
  readonly pid: number;
  readonly #socket: Socket;
  readonly #messages: AsyncIterator<string>;
  readonly #signals: NodeJS.Signals[] = [];
  readonly #gone: Promise<void>;

  private constructor(socket: Socket, messages: AsyncIterator<string>, hello: { name: string; pid: number }) {
    this.name = hello.name;
    this.pid = hello.pid;
    this.#socket = socket;
    this.#messages = messages;
    this.#gone = new Promise((resolve) => {
      socket.once('close', () => resolve());
    });
  }

  /** Takes the introduction that a puppet sends first; undefined: it was killed before it could. */
  static async meet(socket: Socket): Promise<Puppet | undefined> {
    // A puppet that is killed leaves its socket with an error; what matters is that it closes.
    socket.on('error', () => undefined);
    const messages = createInterface({ input: socket })[Symbol.asyncIterator]();
    const hello = await messages.next();
    if (hello.done === true) return undefined;
    return new Puppet(socket, messages, parseWire(hello.value));
  }

  /** Ends with this exit code. Resolves when it has ended. */
  async exit(code: number): Promise<void> {
    await this.#last('exit', code);
  }

  /** Ends of this signal, without a core file. Resolves when it has ended. */
  async die(signal: NodeJS.Signals): Promise<void> {
    await this.#last('die', signal);
  }

  /** Resolves when it has ended, for whatever reason. */
  async gone(): Promise<void> {
    await inTime(this.#gone, () => `the end of puppet ${this.name}`);
  }

  /** Ignores a signal from now on. */
  async ignore(signal: NodeJS.Signals): Promise<void> {
    await this.#ask('ignore', signal);
  }

  /** Survives this signal from now on, and tells of it: see `signal`. */
  async report(signal: NodeJS.Signals): Promise<void> {
    await this.#ask('report', signal);
  }

  /** Ends with the exit code as soon as it gets the signal. */
  async exitOn(signal: NodeJS.Signals, code: number): Promise<void> {
    await this.#ask('exitOn', signal, code);
  }

  /** Resolves with the next signal that it reports. */
  async signal(): Promise<NodeJS.Signals> {
    return await inTime(this.#nextSignal(), () => `a signal to puppet ${this.name}`);
  }

  /** Writes text to a descriptor: 1 is standard output, 2 standard error. Resolves when all of it is accepted. */
  async write(fd: number, text: string): Promise<void> {
    await this.#ask('write', fd, text);
  }

  /** Writes so many bytes in lines of that length. It blocks when nobody reads: do not await it then. */
  async flood(fd: number, size: number, { lineBytes = 100 } = {}): Promise<void> {
    await this.#ask('flood', fd, size, lineBytes);
  }

  /** Reads at most so many bytes; empty at the end of the stream. */
  async read(fd: number, size: number): Promise<string> {
    return String(await this.#ask('read', fd, size));
  }

  /** Closes a descriptor. */
  async close(fd: number): Promise<void> {
    await this.#ask('close', fd);
  }

  /** Opens a path for writing and closes it. @throws Error whose message is the errno's name, as `ENXIO` */
  async open(path: string): Promise<void> {
    await this.#ask('open', path);
  }

  /** Forks a child of the same process group that waits for a signal. Returns its pid. */
  async fork(): Promise<number> {
    return Number(await this.#ask('fork'));
  }

  /**
   * Leaves an orphan, in a session of its own, which ends with the exit code when it is released or the puppet ends.
   *
   * @param keepsOutput - whether it keeps the puppet's standard streams open
   * @returns its pid
   */
  async orphan(code: number, { keepsOutput = false } = {}): Promise<number> {
    return Number(await this.#ask('orphan', code, keepsOutput));
  }

  /** Lets all its orphans end. */
  async releaseOrphans(): Promise<void> {
    await this.#ask('releaseOrphans');
  }

  /** Sends a message such as `READY=1` to $NOTIFY_SOCKET (sd_notify(3)). */
  async notify(text: string): Promise<void> {
    await this.#ask('notify', text);
  }

  /** Tells who and where it is: ids, folder, limits, environment, descriptors. */
  async identity(): Promise<Identity> {
    return await this.#ask('identity');
  }

  /** A resource limit, soft and hard, by its name without RLIMIT_; -1 is no limit. */
  async limit(name: string): Promise<readonly [number, number]> {
    return await this.#ask('limit', name);
  }

  /** Lets go of it; the program then ends with 0. */
  drop(): void {
    this.#socket.destroy();
  }

  async #last(...order: readonly unknown[]): Promise<void> {
    this.#send(order);
    await this.gone();
  }

  /** One order at a time: answers carry no number. */
  async #ask<Answer>(...order: readonly unknown[]): Promise<Answer> {
    this.#send(order);
    for (;;) {
      const message = await this.#next<Answer>();
      if ('answer' in message) return message.answer;
      if ('error' in message) throw new Error(message.error);
      this.#signals.push(message.signal);
    }
  }

  async #nextSignal(): Promise<NodeJS.Signals> {
    const earlier = this.#signals.shift();
    if (earlier !== undefined) return earlier;
    const message = await this.#next();
    if ('signal' in message) return message.signal;
    throw new Error(`cannot wait for a signal to ${this.name}: it answers an order`);
  }

  async #next<Answer>(): Promise<Message<Answer>> {
    const next = await this.#messages.next();
    if (next.done === true) throw new Error(`cannot talk to puppet ${this.name}: it has ended`);
    return parseWire(next.value);
  }

  #send(order: readonly unknown[]): void {
    this.#socket.write(`${JSON.stringify(order)}\n`);
  }
}

/** puppet.py writes what the types here say; a test that fails by a mistake in either is told by its assertion. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller's word is what is trusted
function parseWire<T>(line: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other half of the wire is ours
  return JSON.parse(line) as T;
}
