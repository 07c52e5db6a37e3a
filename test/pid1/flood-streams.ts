import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { objectIn } from './rig.ts';

const newline = 10;
const pendingBytes = 256 * 1024;

/** What arrived of one program: its bytes are hashed as they come. */
export class Arrived {
  readonly #hash = createHash('sha256');
  readonly #pending = Buffer.alloc(pendingBytes);
  #used = 0;
  #bytes = 0;

  /** The bytes that follow. They are copied. */
  add(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (bytes.length > pendingBytes - this.#used) this.#settle();
    // Hashed in large pieces: a call for each line would cost more than the line.
    if (bytes.length > pendingBytes) this.#hash.update(bytes);
    else this.#used += bytes.copy(this.#pending, this.#used);
  }

  /** Adds a whole file. */
  async addFile(path: string): Promise<void> {
    for await (const chunk of createReadStream(path, { highWaterMark: pendingBytes })) {
      if (Buffer.isBuffer(chunk)) this.add(chunk);
    }
  }

  /** The hash in hexadecimal digits; nothing can be added afterwards. */
  end(): { readonly sha256: string; readonly bytes: number } {
    this.#settle();
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes };
  }

  #settle(): void {
    this.#hash.update(this.#pending.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** The first bytes of a JSON line; names of programs have as many characters. */
const jsonKey = '{"ti';

/**
 * Takes a container's standard output apart: each line belongs to the program that its prefix, its JSON or, where it
 * is raw, its own first word names. Names have four characters.
 */
export class Demultiplexer {
  readonly #arrived: ReadonlyMap<string, Arrived>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(arrived: ReadonlyMap<string, Arrived>) {
    this.#arrived = arrived;
  }

  /** @throws Error when a line is nobody's */
  add(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      this.#addLine(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    // A copy: the chunk is the reader's.
    this.#rest = Buffer.from(bytes.subarray(start));
  }

  /** What came after the last newline. */
  get unfinished(): string {
    return this.#rest.toString();
  }

  #addLine(line: Buffer): void {
    const key = line.toString('latin1', 0, 4);
    if (key === jsonKey) return this.#addObject(line.toString());
    const isPrefixed = line.toString('latin1', 4, 7) === ' | ';
    this.#of(key, line).add(isPrefixed ? line.subarray(7) : line);
  }

  #addObject(line: string): void {
    const { process, message, partial } = objectIn(line);
    if (partial !== undefined) throw new Error(`cannot take ${line.slice(0, 200)}: a line was cut`);
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.#of(String(process), line).add(Buffer.from(`${text}\n`));
  }

  #of(name: string, line: Buffer | string): Arrived {
    const found = this.#arrived.get(name);
    if (found !== undefined) return found;
    throw new Error(`cannot tell whose line this is: ${line.toString().slice(0, 200)}`);
  }
}
