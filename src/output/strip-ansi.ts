const escape = 0x1b;
const bell = 0x07;
const newline = 0x0a;
const openBracket = 0x5b;
const backslash = 0x5c;

/**
 * Where in a terminal's control sequence a byte is (ECMA-48): in text; after ESC; in the parameters of a control
 * sequence (ESC [); in a control string (ESC ] and its kin); after the ESC that may end one.
 */
type State = 'text' | 'escape' | 'sequence' | 'string' | 'stringEscape';

/** What to make of a byte: the state after it, and whether it belongs to the text. */
interface Verdict {
  readonly next: State;
  readonly isText: boolean;
}

const text: Verdict = { next: 'text', isText: true };
const toText: Verdict = { next: 'text', isText: false };
const toEscape: Verdict = { next: 'escape', isText: false };
const toSequence: Verdict = { next: 'sequence', isText: false };
const toControlString: Verdict = { next: 'string', isText: false };
const toStringEscape: Verdict = { next: 'stringEscape', isText: false };

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
    const kept = new Uint8Array(chunk.length);
    let used = 0;
    for (let at = 0; at < chunk.length;) {
      const textEnd = this.#state === 'text' ? endOfText(chunk, at) : at;
      kept.set(chunk.subarray(at, textEnd), used);
      used += textEnd - at;
      at = this.#skipSequence(chunk, textEnd);
    }
    return kept.subarray(0, used);
  }

  /** Returns where the text goes on: after the sequence, or at the byte that does not belong to it. */
  #skipSequence(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const { next, isText } = table[this.#state](chunk[at] ?? 0);
      this.#state = next;
      if (next === 'text') return isText ? at : at + 1;
    }
    return chunk.length;
  }
}

function endOfText(chunk: Uint8Array, start: number): number {
  const at = chunk.indexOf(escape, start);
  return at < 0 ? chunk.length : at;
}

/** What a byte means, by the state it is met in. */
const table: Readonly<Record<State, (byte: number) => Verdict>> = {
  text: foreign,
  escape: afterEscape,
  sequence: (byte) => {
    if (byte >= 0x20 && byte <= 0x3f) return toSequence;
    return byte >= 0x40 && byte <= 0x7e ? toText : foreign(byte);
  },
  string: (byte) => {
    if (byte === bell) return toText;
    if (byte === escape) return toStringEscape;
    return byte === newline ? text : toControlString;
  },
  stringEscape: (byte) => (byte === backslash ? toText : afterEscape(byte)),
};

function afterEscape(byte: number): Verdict {
  if (byte === openBracket) return toSequence;
  if (stringOpeners.has(byte)) return toControlString;
  // Intermediate bytes (ESC ( B) are followed by more.
  if (byte >= 0x20 && byte <= 0x2f) return toEscape;
  return byte >= 0x30 && byte <= 0x7e ? toText : foreign(byte);
}

/** A byte that cannot belong to the sequence: the sequence is over, the byte is text or begins the next one. */
function foreign(byte: number): Verdict {
  return byte === escape ? toEscape : text;
}
