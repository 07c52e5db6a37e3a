import { type FormatSpace } from './format-space.ts';
import { sequenceAt } from './utf8.ts';

const quote = 0x22;
const backslash = 0x5c;
const hex = Buffer.from('0123456789abcdef');

/** The letter after the backslash, by control character (RFC 8259, section 7); others are written as `\u00XX`. */
const shortEscapes = new Map([
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
]);

/** A stretch of bytes, and how to read four at a time. */
export interface Text {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Whether all of it is known to be UTF-8: then only what JSON forbids is looked for. */
  readonly isUtf8: boolean;
}

/**
 * Appends a stretch as the inside of a JSON string: escaped, every invalid UTF-8 sequence as one U+FFFD.
 * Stops at a newline. Returns the offset of the newline, or `end`.
 */
export function appendJsonText(
  text: Text,
  range: { start: number; end: number },
  space: FormatSpace,
): number {
  const { end } = range;
  const { bytes } = text;
  let at = range.start;
  for (;;) {
    at = copyPlain(text, at, end, space);
    if (at >= end) return end;
    const byte = bytes[at] ?? 0;
    if (byte === 0x0a) return at;
    if (byte >= 0x80) at = appendSequence(bytes, at, end, space);
    else {
      appendEscaped(byte, space);
      at++;
    }
  }
}

/** Copies up to the first byte that needs an escape, or must be looked at as UTF-8. Four bytes at a time. */
function copyPlain({ bytes, view, isUtf8 }: Text, start: number, end: number, space: FormatSpace): number {
  const last = end - 4;
  const suspects = isUtf8 ? 0 : 0x80808080;
  const target = space.bytes;
  let at = start;
  let to = space.used;
  while (at < end) {
    if (at <= last) {
      const word = view.getUint32(at, true);
      if (!needsEscape(word) && (word & suspects) === 0) {
        space.view.setUint32(to, word, true);
        at += 4;
        to += 4;
        continue;
      }
    }
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || (byte & suspects) !== 0 || byte === quote || byte === backslash) break;
    target[to++] = byte;
    at++;
  }
  space.used = to;
  return at;
}

/** Whether one of four bytes is below 0x20, a quote or a backslash. */
function needsEscape(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const controls = (word - 0x20202020) & ~word;
  return (
    ((controls | ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes)) &
      0x80808080) !==
    0
  );
}

function appendSequence(bytes: Uint8Array, at: number, end: number, space: FormatSpace): number {
  const length = sequenceAt(bytes, at, end);
  const target = space.bytes;
  if (length < 0) {
    target[space.used++] = 0xef;
    target[space.used++] = 0xbf;
    target[space.used++] = 0xbd;
    return at - length;
  }
  for (let index = 0; index < length; index++) target[space.used++] = bytes[at + index] ?? 0;
  return at + length;
}

function appendEscaped(byte: number, space: FormatSpace): void {
  const target = space.bytes;
  target[space.used++] = backslash;
  const letter = byte === quote || byte === backslash ? byte : shortEscapes.get(byte);
  if (letter !== undefined) {
    target[space.used++] = letter;
    return;
  }
  for (const digit of [0x75, 0x30, 0x30, hex[byte >> 4] ?? 0, hex[byte & 15] ?? 0])
    target[space.used++] = digit;
}
