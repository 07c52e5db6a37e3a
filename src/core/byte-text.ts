/**
 * Bytes that need not be UTF-8 as text, and back without a loss: a byte that belongs to no character is a lone
 * surrogate, U+DC80 to U+DCFF. (PEP 383, Python's surrogateescape: what Supervisor's Python does with its arguments
 * and its environment.)
 */

const escapeBase = 0xdc00;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The u flag takes a pair of surrogates as the one character that it is: only lone ones are found. */
const escapedByte = /([\uDC80-\uDCFF])/u;

/** Whether the text stands for bytes that are not UTF-8. */
export const hasEscapedBytes = (text: string): boolean => escapedByte.test(text);

/** The bytes as text. */
export function textOfBytes(bytes: Uint8Array): string {
  const whole = decode(bytes);
  if (whole !== undefined) return whole;
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = endOfCharacters(bytes, at);
    parts.push(strict.decode(bytes.subarray(at, end)));
    if (end < bytes.length) parts.push(String.fromCharCode(escapeBase + (bytes[end] ?? 0)));
    at = end + 1;
  }
  return parts.join('');
}

/** The bytes that the text stands for. */
export function bytesOfText(text: string): Uint8Array {
  const parts = text
    .split(escapedByte)
    .map((part) =>
      hasEscapedBytes(part) ? Uint8Array.of(part.charCodeAt(0) - escapeBase) : encoder.encode(part),
    );
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** undefined: the bytes are not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Where the first byte is that belongs to no character; the length when there is none. */
function endOfCharacters(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let count = 1; count > 0 && at < bytes.length; at += count) count = characterBytes(bytes, at);
  return at;
}

/** The first bytes of characters, and what their second byte may be (Unicode, table 3-7); the others are 80 to BF. */
const leads = [
  { from: 0xc2, to: 0xdf, second: [0x80, 0xbf], count: 2 },
  { from: 0xe0, to: 0xe0, second: [0xa0, 0xbf], count: 3 },
  { from: 0xe1, to: 0xec, second: [0x80, 0xbf], count: 3 },
  { from: 0xed, to: 0xed, second: [0x80, 0x9f], count: 3 },
  { from: 0xee, to: 0xef, second: [0x80, 0xbf], count: 3 },
  { from: 0xf0, to: 0xf0, second: [0x90, 0xbf], count: 4 },
  { from: 0xf1, to: 0xf3, second: [0x80, 0xbf], count: 4 },
  { from: 0xf4, to: 0xf4, second: [0x80, 0x8f], count: 4 },
] as const;

/** How long the character is that begins here; 0: there is none. */
function characterBytes(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const lead = leads.find(({ from, to }) => from <= first && first <= to);
  if (lead === undefined || at + lead.count > bytes.length) return 0;
  const [low, high] = lead.second;
  const second = bytes[at + 1] ?? 0;
  const rest = bytes.subarray(at + 2, at + lead.count);
  return low <= second && second <= high && rest.every((byte) => (byte & 0xc0) === 0x80) ? lead.count : 0;
}
