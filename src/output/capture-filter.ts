import { CapturedText } from './capture-text.ts';

const begin = Buffer.from('<!--XSUPERVISOR:BEGIN-->');
const end = Buffer.from('<!--XSUPERVISOR:END-->');
const nothing: Uint8Array = new Uint8Array(0);

/** A stretch of a stream: what is not captured, valid as long as the chunk it came from; or one captured text. */
export interface CapturePart {
  readonly kind: 'text' | 'captured';
  readonly bytes: Uint8Array;
}

/**
 * Splits a stream into what a program writes between `<!--XSUPERVISOR:BEGIN-->` and `<!--XSUPERVISOR:END-->`, and the
 * rest (capture mode of Supervisor 4.2.5, dispatchers.py). Tokens may be split over chunks. Only what may still become
 * a token is held back, and nothing is lost at the end of the stream.
 */
export class CaptureFilter {
  readonly #maxBytes: number;
  /** The end of the last chunk, if a token may begin there; a copy. */
  #held: Uint8Array = nothing;
  #captured: CapturedText | undefined;

  /** `maxBytes`: of a longer text only the last bytes are kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes a chunk. Returns its parts in order; none is empty, except a captured text that is. */
  feed(chunk: Uint8Array): readonly CapturePart[] {
    const parts: CapturePart[] = [];
    let rest = this.#held.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#held, chunk]);
    for (let at = rest.indexOf(this.#token); at >= 0; at = rest.indexOf(this.#token)) {
      const tokenBytes = this.#token.length;
      this.#take(rest.subarray(0, at), parts);
      this.#toggle(parts);
      rest = rest.subarray(at + tokenBytes);
    }
    const keep = heldBytes(rest, this.#token);
    this.#take(rest.subarray(0, rest.length - keep), parts);
    this.#held = keep === 0 ? nothing : new Uint8Array(rest.subarray(rest.length - keep));
    return parts;
  }

  /** The stream has ended. Returns what was held, with a text that has begun and not ended as it was written. */
  end(): Uint8Array {
    const open = this.#captured === undefined ? [] : [begin, this.#captured.take()];
    const left = Buffer.concat([...open, this.#held]);
    this.#captured = undefined;
    this.#held = nothing;
    return left;
  }

  get #token(): Buffer {
    return this.#captured === undefined ? begin : end;
  }

  #take(bytes: Uint8Array, parts: CapturePart[]): void {
    if (this.#captured !== undefined) this.#captured.append(bytes);
    else if (bytes.length > 0) parts.push({ kind: 'text', bytes });
  }

  #toggle(parts: CapturePart[]): void {
    const captured = this.#captured;
    this.#captured = captured === undefined ? new CapturedText(this.#maxBytes) : undefined;
    if (captured !== undefined) parts.push({ kind: 'captured', bytes: captured.take() });
  }
}

/** How many bytes at the end may be the beginning of the token. */
function heldBytes(bytes: Buffer, token: Buffer): number {
  const tail = bytes.subarray(Math.max(0, bytes.length - token.length + 1));
  for (let at = tail.indexOf('<'); at >= 0; at = tail.indexOf('<', at + 1)) {
    const length = tail.length - at;
    if (tail.subarray(at).equals(token.subarray(0, length))) return length;
  }
  return 0;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
