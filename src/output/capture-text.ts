/** A captured text that grows; of a long one, the last bytes. */
export class CapturedText {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isCut = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds a copy. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(Buffer.from(bytes.subarray(Math.max(0, bytes.length - this.#maxBytes))));
    this.#bytes += bytes.length;
    // Now and then, so that many small chunks do not cost a copy of everything each.
    if (this.#bytes > 2 * this.#maxBytes) this.#cut();
  }

  /** What was captured: at most `maxBytes`, and no half of a character in front. */
  take(): Uint8Array {
    if (this.#bytes > this.#maxBytes) this.#cut();
    const text = Buffer.concat(this.#chunks);
    return this.#isCut ? text.subarray(firstWhole(text)) : text;
  }

  #cut(): void {
    const text = Buffer.concat(this.#chunks);
    const last = text.subarray(Math.max(0, text.length - this.#maxBytes));
    this.#chunks = [Buffer.from(last)];
    this.#bytes = last.length;
    this.#isCut = true;
  }
}

/** Where the first UTF-8 sequence begins that is not cut (RFC 3629): continuation bytes before it are at most three. */
function firstWhole(bytes: Uint8Array): number {
  let at = 0;
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++;
  return at;
}
