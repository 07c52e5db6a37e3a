import { CaptureFilter } from './capture-filter.ts';

const nothing: Uint8Array = new Uint8Array(0);

/** What captures. */
export interface CaptureOptions {
  /** Of a longer text only the last bytes are kept. */
  readonly maxBytes: number;
  /** Is called with each captured text. */
  readonly emit: (text: Uint8Array) => void;
  /** Sees what is not captured, in its order with captured texts. The bytes are valid during the call only. */
  readonly observe?: ((text: Uint8Array) => void) | undefined;
}

/** Takes captured texts (PROCESS_COMMUNICATION events) out of a stream on its way to its destination. */
export class Capture {
  readonly #filter: CaptureFilter;
  readonly #options: CaptureOptions;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#filter = new CaptureFilter(options.maxBytes);
  }

  /** Returns what is not captured. */
  filter(chunk: Uint8Array): Uint8Array {
    const texts: Uint8Array[] = [];
    for (const { kind, bytes } of this.#filter.feed(chunk))
      if (kind === 'captured') this.#options.emit(bytes);
      else texts.push(this.#see(bytes));
    return join(texts, chunk);
  }

  /** What is held back when the stream ends, with a text that has begun and not ended. */
  end(): Uint8Array {
    const left = this.#filter.end();
    return left.length === 0 ? nothing : this.#see(left);
  }

  #see(text: Uint8Array): Uint8Array {
    this.#options.observe?.(text);
    return text;
  }
}

/** A copy, unless it is the beginning of the chunk: several flows read it, and each may move it to the beginning. */
function join(parts: readonly Uint8Array[], chunk: Uint8Array): Uint8Array {
  const [only = nothing] = parts;
  const isInPlace = only.buffer === chunk.buffer && only.byteOffset === chunk.byteOffset;
  return parts.length === 1 && isInPlace ? only : Buffer.concat(parts);
}
