/** Lines that a person types, or that a script sends. */
import { type CompleterResult, createInterface, type Interface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { callbackify } from 'node:util';
import { Interrupted } from './errors.ts';

/** Asks for one line at a time. */
export interface LineReader {
  /**
   * Shows the prompt and waits for a line.
   *
   * @returns undefined at the end of the input
   * @throws Interrupted when Ctrl-C is typed
   */
  readonly ask: (prompt: string, how?: { readonly hidden?: boolean }) => Promise<string | undefined>;
  readonly close: () => void;
}

/** What the shell adds to a terminal. */
export interface Editing {
  /** The newest first, as node:readline has it; the reader adds to it. */
  readonly history: string[];
  /** What may follow: whole words, and the text that they replace. */
  readonly complete: (line: string) => Promise<[string[], string]>;
}

/** Lines from a file or a pipe: prompts are written, as Python's input() does, and nothing is echoed. */
export class PipedLines implements LineReader {
  readonly #input: Readable;
  readonly #output: Writable;
  #interface: Interface | undefined;
  #lines: AsyncIterator<string> | undefined;

  constructor({ input, output }: { readonly input: Readable; readonly output: Writable }) {
    this.#input = input;
    this.#output = output;
  }

  // The input is touched at the first question only: a command that asks nothing leaves it to others.
  async ask(prompt: string): Promise<string | undefined> {
    this.#output.write(prompt);
    this.#interface ??= createInterface({ input: this.#input, crlfDelay: Infinity });
    this.#lines ??= this.#interface[Symbol.asyncIterator]();
    const { done, value } = await this.#lines.next();
    return done === true ? undefined : value;
  }

  close(): void {
    this.#interface?.close();
  }
}

const historyLimit = 1000;

class Sink extends Writable {
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

const never = new Promise<never>(() => undefined);

/**
 * Offers what fits, unless the line has changed meanwhile or is over: a Tab amid pasted text is dropped. Node itself knows
 * what is pasted for the first interface of a stream only, and an interface that is closed must not be called back.
 * `typed`: the text before the cursor; undefined when the line is over.
 */
function fitting(
  complete: Editing['complete'],
  typed: () => string | undefined,
): (line: string) => Promise<CompleterResult> {
  return async (line) => {
    const found = await complete(line);
    const now = typed();
    if (now === undefined) return never;
    return now === line ? found : [[], line];
  };
}

/** Lines from a terminal. Between two questions it is in its usual mode, so that Ctrl-C is a signal. */
export class TerminalLines implements LineReader {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #editing: Editing;
  /** Lines that were pasted together with the one before. */
  readonly #pending: string[] = [];

  constructor(parts: { readonly input: Readable; readonly output: Writable; readonly editing: Editing }) {
    this.#input = parts.input;
    this.#output = parts.output;
    this.#editing = parts.editing;
  }

  async ask(prompt: string, { hidden = false } = {}): Promise<string | undefined> {
    const pasted = this.#pending.shift();
    if (pasted === undefined) return this.#read(prompt, hidden);
    this.#output.write(`${prompt}${hidden ? '' : pasted}\n`);
    return pasted;
  }

  close(): void {
    this.#input.pause();
  }

  #read(prompt: string, hidden: boolean): Promise<string | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    if (hidden) this.#output.write(prompt);
    const lines = this.#open(hidden);
    lines.on('history', (history: readonly string[]) => this.#keep(history));
    lines.once('line', (line) => {
      resolve(line);
      lines.on('line', (more) => this.#pending.push(more));
    });
    lines.on('SIGINT', () => reject(new Interrupted('interrupted')));
    lines.on('close', () => resolve(undefined));
    lines.setPrompt(hidden ? '' : prompt);
    lines.prompt();
    return promise.finally(() => lines.close());
  }

  #open(hidden: boolean): Interface {
    const input = this.#input;
    if (hidden) return createInterface({ input, output: new Sink(), terminal: true, historySize: 0 });
    const { history, complete } = this.#editing;
    let isOver = false;
    const typed = (): string | undefined => (isOver ? undefined : lines.line.slice(0, lines.cursor));
    const lines: Interface = createInterface({
      input,
      output: this.#output,
      terminal: true,
      history: [...history],
      historySize: historyLimit,
      completer: callbackify(fitting(complete, typed)),
    });
    return lines.once('close', () => (isOver = true));
  }

  #keep(history: readonly string[]): void {
    this.#editing.history.splice(0, this.#editing.history.length, ...history);
  }
}
