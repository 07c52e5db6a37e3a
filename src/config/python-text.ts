/**
 * Text as Python sees it: Supervisor's dialect and messages follow `str.strip`, `str.isspace` and `repr`, which differ
 * from JavaScript's `trim` and `JSON.stringify`.
 *
 * Source: Python 3.11, Objects/unicodectype.c (white space) and unicode_repr.
 */

/** Beyond ASCII. */
const SPACES = /[\x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/;

/** Whether the UTF-16 unit at `index` is white space to Python. */
export function isSpaceAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0x80) return (code >= 9 && code <= 13) || (code >= 0x1c && code <= 0x20);
  return SPACES.test(text.charAt(index));
}

/** The index of the first character that is not white space; the length when there is none. */
export function firstNonSpace(text: string): number {
  let index = 0;
  while (index < text.length && isSpaceAt(text, index)) index += 1;
  return index;
}

/** `str.rstrip()`. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpaceAt(text, end - 1)) end -= 1;
  return text.slice(0, end);
}

/** `str.strip()`. */
export const strip = (text: string): string => stripEnd(text.slice(firstNonSpace(text)));

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', String.raw`\\`],
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
]);

const UNPRINTABLE = /[\\\p{Other}]|(?! )\p{Separator}/gu;

function escapeUnprintable(character: string): string {
  const known = ESCAPES.get(character);
  if (known !== undefined) return known;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return String.raw`\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? String.raw`\u${hex.padStart(4, '0')}` : String.raw`\U${hex.padStart(8, '0')}`;
}

/** `repr(text)`: single quotes, unless the text has some and no double ones. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll(UNPRINTABLE, escapeUnprintable);
  return quote + (quote === "'" ? escaped.replaceAll("'", String.raw`\'`) : escaped) + quote;
}
