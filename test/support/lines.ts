import type { Readable } from 'node:stream';
import { inTime } from './wait-for.ts';

/** Everything that came out of one or more streams so far, as lines and as bytes, and what comes next. */
export class Lines {
  /** The complete lines, without their newlines, in the order in which they came. */
  readonly all: string[] = [];
  readonly #name: string;
  readonly #chunks: Buffer[] = [];
  readonly #ended: Promise<void>;
  #isOver = false;
  #wake = Promise.withResolvers<void>();

  /** @param name - what the streams are called in an error message */
  constructor(name: string, streams: readonly Readable[]) {
    this.#name = name;
    this.#ended = this.#collectAll(streams);
  }

  /** Every byte so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Everything so far as UTF-8, an unfinished last line included. */
  get text(): string {
    return this.bytes.toString('utf8');
  }

  /** Resolves when the streams have ended: nothing more can come. */
  async end(): Promise<void> {
    await inTime(this.#ended, () => `the end of ${this.#name}`);
  }

  /**
   * Resolves with the first line that matches, also when it came before this was asked.
   *
   * @throws Error with the whole output when the streams end without such a line, or it does not come in 60 seconds
   */
  async line(pattern: RegExp): Promise<string> {
    const [found] = await this.matching(pattern, 1);
    if (found === undefined) throw new Error(`cannot find ${String(pattern)}`);
    return found;
  }

  /** Resolves with the lines that match as soon as there are that many. Throws as `line` does. */
  async matching(pattern: RegExp, count: number): Promise<readonly string[]> {
    return await inTime(this.#matching(pattern, count), () => this.#missing(pattern));
  }

  async #matching(pattern: RegExp, count: number): Promise<readonly string[]> {
    for (;;) {
      const found = this.all.filter((line) => pattern.test(line));
      if (found.length >= count) return found;
      if (this.#isOver) throw new Error(`cannot find ${this.#missing(pattern)}`);
      await this.#wake.promise;
    }
  }

  #missing(pattern: RegExp): string {
    return `${String(pattern)} in ${this.#name}, which so far is:\n${this.text}`;
  }

  async #collectAll(streams: readonly Readable[]): Promise<void> {
    await Promise.all(streams.map((stream) => this.#collect(stream)));
    this.#isOver = true;
    this.#wake.resolve();
  }

  #collect(stream: Readable): Promise<void> {
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      const pieces = (rest + chunk.toString('latin1')).split('\n');
      rest = pieces.pop() ?? '';
      this.#add(pieces);
    });
    return new Promise((resolve, reject) => {
      stream.once('error', reject);
      stream.once('close', () => {
        if (rest !== '') this.#add([rest]);
        resolve();
      });
    });
  }

  /** Lines are cut as bytes and decoded whole, so that a character in two chunks stays one. */
  #add(pieces: readonly string[]): void {
    if (pieces.length === 0) return;
    for (const piece of pieces) this.all.push(Buffer.from(piece, 'latin1').toString('utf8'));
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
