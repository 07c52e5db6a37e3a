import { pythonRepr } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** The part of a conversion after its name: `02d`. */
export interface Conversion {
  readonly flags: string;
  readonly width: number;
  /** undefined: none given. */
  readonly precision: number | undefined;
  readonly letter: string;
  /** The index after it. */
  readonly end: number;
}

/** Wider than any value that makes sense; Python would fill the memory. */
const maxWidth = 100_000;

const LETTERS = 'diuxXoeEfFgGcsra';

function readNumber(text: string, start: number): { readonly value: number; readonly end: number } {
  let end = start;
  while (end < text.length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end += 1;
  const value = Number(text.slice(start, end));
  if (value > maxWidth) throw new ValueError('width too big');
  return { value, end };
}

/**
 * What a conversion formats: a name's value; all names, which an unnamed conversion takes the first time; or nothing,
 * when they have been taken.
 */
export type Source = 'name' | 'all' | 'nothing';

const notEnough = 'not enough arguments for format string';

function letterAt(text: string, index: number, source: Source): string {
  const letter = text.charAt(index);
  if (letter === '') throw new ValueError('incomplete format');
  if (source === 'nothing') throw new ValueError(notEnough);
  if (LETTERS.includes(letter)) return letter;
  const code = text.codePointAt(index) ?? 0;
  const shown = code >= 31 && code < 127 ? letter : '?';
  throw new ValueError(`unsupported format character '${shown}' (0x${code.toString(16)}) at index ${index}`);
}

function rejectStar(text: string, index: number, source: Source): void {
  if (text[index] !== '*') return;
  if (index + 1 >= text.length && source !== 'all') throw new ValueError('incomplete format');
  throw new ValueError(source === 'all' ? '* wants int' : notEnough);
}

/** Reads flags, width, precision and the letter. @throws ValueError in Python's words */
export function readConversion(text: string, start: number, source: Source): Conversion {
  let index = start;
  while (index < text.length && '-+ #0'.includes(text.charAt(index))) index += 1;
  const flags = text.slice(start, index);
  rejectStar(text, index, source);
  const width = readNumber(text, index);
  index = width.end;
  const hasPrecision = text[index] === '.';
  if (hasPrecision) rejectStar(text, index + 1, source);
  const precision = hasPrecision ? readNumber(text, index + 1) : undefined;
  index = precision?.end ?? index;
  // A C length modifier means nothing.
  if (index < text.length && 'hlL'.includes(text.charAt(index))) index += 1;
  const letter = letterAt(text, index, source);
  return { flags, width: width.value, precision: precision?.value, letter, end: index + 1 };
}

const isReal = (letter: string): boolean => 'eEfFgG'.includes(letter);

/** What a text, or the dictionary of names (no name given), is told when a number is wanted. */
function wrongType(letter: string, type: 'str' | 'dict'): ValueError {
  if (isReal(letter)) return new ValueError(`must be real number, not ${type}`);
  if (letter === 'c') return new ValueError('%c requires int or char');
  const wanted = 'xXo'.includes(letter) ? 'an integer' : 'a real number';
  return new ValueError(`%${letter} format: ${wanted} is required, not ${type}`);
}

/** At least two digits. */
const exponentOf = (exponent: string): string =>
  `e${exponent.startsWith('-') ? '-' : '+'}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;

/** The flag `#` keeps the point even where nothing follows it. */
const withPoint = (digits: string, { flags }: Conversion): string =>
  flags.includes('#') && !digits.includes('.') ? `${digits}.` : digits;

/** As many digits as JavaScript makes. */
const most = (digits: number): number => Math.min(Math.max(digits, 0), 100);

function general(value: number, conversion: Conversion): string {
  const digits = Math.max(conversion.precision ?? 6, 1);
  const [mantissa = '', exponent = '0'] = value.toExponential(most(digits - 1)).split('e');
  const power = Number(exponent);
  const isFixed = power >= -4 && power < digits;
  const full = withPoint(isFixed ? value.toFixed(most(digits - 1 - power)) : mantissa, conversion);
  const isShort = !conversion.flags.includes('#') && full.includes('.');
  const short = isShort ? full.replace(/\.?0+$/, '') : full;
  return isFixed ? short : short + exponentOf(exponent);
}

function real(value: number, conversion: Conversion): string {
  const { letter, precision = 6 } = conversion;
  if (letter === 'f' || letter === 'F') return withPoint(value.toFixed(most(precision)), conversion);
  if (letter === 'g' || letter === 'G') return general(value, conversion);
  const [mantissa = '', exponent = '0'] = value.toExponential(most(precision)).split('e');
  return withPoint(mantissa, conversion) + exponentOf(exponent);
}

const BASES: ReadonlyMap<string, { readonly radix: number; readonly prefix: string }> = new Map([
  ['x', { radix: 16, prefix: '0x' }],
  ['X', { radix: 16, prefix: '0X' }],
  ['o', { radix: 8, prefix: '0o' }],
]);

/** The digits of a number without its sign, and what `#` puts before them. */
function digitsOf(
  value: number,
  conversion: Conversion,
): { readonly prefix: string; readonly digits: string } {
  if (isReal(conversion.letter)) return { prefix: '', digits: real(value, conversion) };
  const base = BASES.get(conversion.letter);
  const digits = value.toString(base?.radix ?? 10).padStart(conversion.precision ?? 0, '0');
  return { prefix: base && conversion.flags.includes('#') ? base.prefix : '', digits };
}

function number(value: number, conversion: Conversion): string {
  const { flags, width, letter } = conversion;
  const { prefix, digits } = digitsOf(Math.abs(value), conversion);
  const positive = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const sign = (value < 0 ? '-' : positive) + prefix;
  const zeros = flags.includes('0') && !flags.includes('-') ? width - sign.length : 0;
  const shown = 'XEG'.includes(letter) ? digits.toUpperCase() : digits;
  return sign + shown.padStart(zeros, '0');
}

function plain(value: string | number, { letter, precision }: Conversion): string {
  const isQuoted = typeof value === 'string' && (letter === 'r' || letter === 'a');
  const shown = isQuoted ? pythonRepr(value) : String(value);
  return precision === undefined ? shown : Array.from(shown).slice(0, precision).join('');
}

function character(value: string | number): string {
  const isCharacter = typeof value === 'number' && value >= 0 && value <= 0x10_ff_ff;
  if (isCharacter) return String.fromCodePoint(value);
  if (typeof value === 'number') throw new ValueError('%c arg not in range(0x110000)');
  if (Array.from(value).length === 1) return value;
  throw wrongType('c', 'str');
}

function unpadded(value: string | number, conversion: Conversion): string {
  if ('sra'.includes(conversion.letter)) return plain(value, conversion);
  if (conversion.letter === 'c') return character(value);
  if (typeof value === 'string') throw wrongType(conversion.letter, 'str');
  return number(value, conversion);
}

/**
 * Formats a value as Python's `%` does.
 *
 * @param value undefined: the conversion has no name
 * @param written the whole conversion, which stands for itself when it has no name and wants no number
 * @throws ValueError in Python's words
 */
export function convert(conversion: Conversion, value: string | number | undefined, written: string): string {
  const { flags, width, letter } = conversion;
  if (value === undefined && 'sra'.includes(letter)) return written;
  if (value === undefined) throw wrongType(letter, 'dict');
  const text = unpadded(value, conversion);
  const padding = ' '.repeat(Math.max(width - Array.from(text).length, 0));
  return flags.includes('-') ? text + padding : padding + text;
}
