import { maxLineBytes } from './line-part.ts';

/** With this much in it, the formatted text is handed to the sink. */
export const flushBytes = 256 * 1024;

/** One byte of a line is at most `\u0000` in JSON. */
const worstLineBytes = 6 * maxLineBytes;

/** Room for names, time and punctuation around one line. */
const frameBytes = 64 * 1024;

/** The one buffer in which lines are formatted. What it holds is valid until the next line of any stream. */
export class FormatSpace {
  readonly bytes = Buffer.alloc(flushBytes + worstLineBytes + frameBytes);
  readonly view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  /** How far it is filled. */
  used = 0;

  /** What it holds, as a view; the next line overwrites it. */
  take(): Uint8Array {
    const filled = this.bytes.subarray(0, this.used);
    this.used = 0;
    return filled;
  }
}

/**
 * Appends text to the space.
 *
 * @throws RangeError when a frame is longer than 64 KB: a name that no configuration should have
 */
export function append(space: FormatSpace, text: Uint8Array): void {
  space.bytes.set(text, space.used);
  space.used += text.length;
}
