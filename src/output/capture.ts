const begin = Buffer.from('<!--XSUPERVISOR:BEGIN-->');
const end = Buffer.from('<!--XSUPERVISOR:END-->');
const nothing: Uint8Array = new Uint8Array(0);

/**
 * Takes what a program writes between `<!--XSUPERVISOR:BEGIN-->` and `<!--XSUPERVISOR:END-->` out of its stream
 * (Supervisor's capture mode, PROCESS_COMMUNICATION events). Tokens may be split over chunks: only the possible
 * beginning of a token is held back, and given out when the stream ends.
 */
export class Capture {
  readonly #maxBytes: number;
  readonly #emit: (text: Uint8Array) => void;
  #held: Uint8Array = nothing;
  #captured: Buffer | undefined;

  /** `maxBytes`: of a longer text only the last bytes are kept. `emit` is called with each captured text. */
  constructor(options: { readonly maxBytes: number; readonly emit: (text: Uint8Array) => void }) {
    this.#maxBytes = options.maxBytes;
    this.#emit = options.emit;
  }

  /** Returns what is not captured. */
  filter(chunk: Uint8Array): Uint8Array {
    let rest = this.#held.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#held, chunk]);
    const passed: Uint8Array[] = [];
    for (let cut = this.#cut(rest); cut !== undefined; cut = this.#cut(rest)) {
      this.#take(rest.subarray(0, cut.at), passed);
      rest = rest.subarray(cut.next);
      this.#toggle();
    }
    const keep = heldBytes(rest, this.#token);
    this.#take(rest.subarray(0, rest.length - keep), passed);
    this.#held = new Uint8Array(rest.subarray(rest.length - keep));
    return join(passed);
  }

  /** What is held back when the stream ends. A text that has begun and not ended is lost. */
  end(): Uint8Array {
    const held = this.#captured === undefined ? this.#held : nothing;
    this.#held = nothing;
    return held;
  }

  get #token(): Buffer {
    return this.#captured === undefined ? begin : end;
  }

  #cut(bytes: Buffer): { readonly at: number; readonly next: number } | undefined {
    const at = bytes.indexOf(this.#token);
    return at < 0 ? undefined : { at, next: at + this.#token.length };
  }

  #take(bytes: Uint8Array, passed: Uint8Array[]): void {
    if (this.#captured === undefined) passed.push(bytes);
    else this.#captured = Buffer.concat([this.#captured, bytes]).subarray(-this.#maxBytes);
  }

  #toggle(): void {
    const text = this.#captured;
    this.#captured = text === undefined ? Buffer.alloc(0) : undefined;
    if (text !== undefined) this.#emit(text);
  }
}

/** How many bytes at the end may be the beginning of the token. */
function heldBytes(bytes: Buffer, token: Buffer): number {
  for (let length = Math.min(token.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(token.subarray(0, length))) return length;
  }
  return 0;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
