import { flushBytes, type FormatSpace } from './format-space.ts';
import { maxLineBytes, type LineFormat, type Part, type Region } from './line-part.ts';
import { type LineSink } from './sink.ts';

const newline = 10;

/** What a prefix format needs. */
export interface PrefixOptions {
  readonly sink: LineSink;
  readonly space: FormatSpace;
  /** The prefix of each line, as of now: the padding follows the longest name. */
  readonly prefix: () => Uint8Array;
}

/**
 * `name | line`. A piece of a line that goes on (64 KB, or unfinished for a second) is a line of its own; so is what
 * follows it: each output line says whose it is.
 */
export function prefixFormat({ sink, space, prefix }: PrefixOptions): LineFormat {
  return {
    maxPartBytes: maxLineBytes,
    write: (part) => {
      sink.beginLine();
      const head = prefix();
      let at = part.start;
      do {
        at = fill(part, at, space, head);
        sink.write(space.take());
      } while (at < part.end && !sink.isFull);
      return at;
    },
  };
}

/** Formats lines from `start` until the part or the space is used up. Returns where it stopped. */
function fill(part: Part, start: number, space: FormatSpace, head: Uint8Array): number {
  const { bytes, end } = part;
  let at = start;
  let to = 0;
  while (at < end && to < flushBytes) {
    space.bytes.set(head, to);
    const next = copyLine(part, at, space, to + head.length);
    to += head.length + next - at;
    at = next;
  }
  if (bytes[at - 1] !== newline) space.bytes[to++] = newline;
  space.used = to;
  return at;
}

/**
 * Copies one line with its newline. Returns where the next begins.
 * Four bytes at a time: for lines of usual length faster than native calls and than a loop over bytes.
 */
export function copyLine(region: Region, start: number, space: FormatSpace, target: number): number {
  const { bytes, view, end } = region;
  const last = end - 4;
  let at = start;
  let to = target;
  while (at < end) {
    if (at <= last) {
      const word = view.getUint32(at, true);
      const zeroAtNewline = word ^ 0x0a0a0a0a;
      if (((zeroAtNewline - 0x01010101) & ~zeroAtNewline & 0x80808080) === 0) {
        space.view.setUint32(to, word, true);
        at += 4;
        to += 4;
        continue;
      }
    }
    const byte = bytes[at++] ?? newline;
    space.bytes[to++] = byte;
    if (byte === newline) return at;
  }
  return at;
}
