/**
 * Bytes that need not be UTF-8 as text, and back without a loss: a byte that belongs to no character is a lone
 * surrogate, U+DC80 to U+DCFF. (PEP 383, Python's surrogateescape: what Supervisor's Python does with its arguments
 * and its environment.)
 */

const escapeBase = 0xdc00;
const longestCharacterBytes = 4;

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
    const { text, count } = firstCharacter(bytes.subarray(at, at + longestCharacterBytes));
    parts.push(text);
    at += count;
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

/** What the bytes begin with: the character of the fewest bytes, or a byte that belongs to none. */
function firstCharacter(bytes: Uint8Array): { readonly text: string; readonly count: number } {
  for (let count = 1; count <= bytes.length; count++) {
    const text = decode(bytes.subarray(0, count));
    if (text !== undefined) return { text, count };
  }
  return { text: String.fromCharCode(escapeBase + (bytes[0] ?? 0)), count: 1 };
}
