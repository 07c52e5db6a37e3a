const escape = 0x1b;
const bell = 0x07;
const newline = 0x0a;

/**
 * Where in a terminal's control sequence a byte is (ECMA-48): in text; after ESC; in the parameters of a control
 * sequence (ESC [); in a control string (ESC ] and its kin); after the ESC that may end one.
 */
type State = 'text' | 'escape' | 'sequence' | 'string' | 'stringEscape';

/** The second bytes of control strings: DCS, SOS, OSC, PM, APC. */
const stringOpeners = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f]);

/**
 * Removes the control sequences of terminals: colours, cursor movements, window titles. Also those split over two
 * chunks. A sequence that is not one ends at the first byte that cannot belong to it, and that byte is kept; a string
 * ends at the end of the line: no text is swallowed (Supervisor's `strip_ansi` removes up to the next letter it knows).
 */
export class AnsiStripper {
  #state: State = 'text';

  /** The text of a chunk: the chunk itself if there is nothing to remove, else a copy. */
  strip(chunk: Uint8Array): Uint8Array {
    if (this.#state === 'text' && !chunk.includes(escape)) return chunk;
    const text = new Uint8Array(chunk.length);
    let used = 0;
    for (const byte of chunk) if (this.#isText(byte)) text[used++] = byte;
    return text.subarray(0, used);
  }

  #isText(byte: number): boolean {
    switch (this.#state) {
      case 'text':
        return this.#enter(byte === escape ? 'escape' : 'text') === 'text';
      case 'escape':
        return this.#afterEscape(byte);
      case 'sequence':
        return this.#inSequence(byte);
      case 'string':
        return this.#inString(byte);
      case 'stringEscape':
        return byte === 0x5c ? this.#skip('text') : this.#afterEscape(byte);
    }
  }

  #afterEscape(byte: number): boolean {
    if (byte === 0x5b) return this.#skip('sequence');
    if (stringOpeners.has(byte)) return this.#skip('string');
    // Intermediate bytes (ESC ( B) are followed by more.
    if (byte >= 0x20 && byte <= 0x2f) return this.#skip('escape');
    if (byte >= 0x30 && byte <= 0x7e) return this.#skip('text');
    return this.#foreign(byte);
  }

  #inSequence(byte: number): boolean {
    if (byte >= 0x20 && byte <= 0x3f) return this.#skip('sequence');
    if (byte >= 0x40 && byte <= 0x7e) return this.#skip('text');
    return this.#foreign(byte);
  }

  #inString(byte: number): boolean {
    if (byte === bell) return this.#skip('text');
    if (byte === escape) return this.#skip('stringEscape');
    return byte === newline ? this.#foreign(byte) : this.#skip('string');
  }

  /** A byte that cannot belong to the sequence: the sequence is over, the byte is text or begins the next one. */
  #foreign(byte: number): boolean {
    return this.#enter(byte === escape ? 'escape' : 'text') === 'text';
  }

  #skip(state: State): false {
    this.#state = state;
    return false;
  }

  #enter(state: State): State {
    this.#state = state;
    return state;
  }
}
