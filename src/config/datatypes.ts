/**
 * The plain value types of supervisord.conf: words, numbers, sizes, times.
 *
 * Source: supervisor/datatypes.py 4.2.5; what is ours is said so.
 */
import { type Datatype } from './datatype.ts';
import { pythonRepr, strip } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** Any text. */
export const string: Datatype<string> = { expects: 'text', parse: (text) => text };

const INTEGER = /^[+-]?\d+(?:_\d+)*$/;

/** -0 is 0 to Python. @throws ValueError for a number of more than 308 digits, which Python knows and we do not */
function finite(value: number): number {
  if (!Number.isFinite(value)) throw new ValueError('the number is too large', 'the number is too large');
  return value + 0;
}

/** Python's `int(text)`: blanks around it, a sign, `_` between digits. @throws ValueError */
export function parseInteger(text: string): number {
  const digits = strip(text);
  if (!INTEGER.test(digits))
    throw new ValueError(`invalid literal for int() with base 10: ${pythonRepr(text)}`);
  return finite(Number(digits.replaceAll('_', '')));
}

/** A whole number of any size and sign. */
export const integer: Datatype<number> = {
  expects: 'a whole number',
  parse: parseInteger,
  schema: { pattern: INTEGER.source },
};

/** A whole number within bounds, both included. Ours: Supervisor checks few. */
export const integerIn = (least: number, most: number): Datatype<number> => ({
  expects: `a whole number from ${least} to ${most}`,
  parse: (text) => {
    const value = parseInteger(text);
    if (value < least) throw new ValueError(`${value} is below lower bound (${least})`);
    if (value > most) throw new ValueError(`${value} is above upper bound (${most})`);
    return value;
  },
  schema: { pattern: INTEGER.source },
});

/** A Map, not an object: `constructor` is a key of every object. */
export const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'true', 'on', '1'].map((text) => [text, true] as const),
  ...['no', 'false', 'off', '0'].map((text) => [text, false] as const),
]);

/** What a boolean word says, in any case; undefined: it is none. */
export const booleanOf = (text: string): boolean | undefined => BOOLEANS.get(text.toLowerCase());

/** yes/true/on/1 or no/false/off/0. */
export const boolean: Datatype<boolean> = {
  expects: 'true or false',
  parse: (text) => {
    const value = booleanOf(text);
    if (value === undefined) throw new ValueError(`not a valid boolean value: ${pythonRepr(text)}`);
    return value;
  },
  schema: { enum: [...BOOLEANS.keys()] },
};

const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['kb', 1024],
  ['mb', 1024 ** 2],
  ['gb', 1024 ** 3],
]);

/** Bytes of `50MB`. @throws ValueError */
export function parseByteSize(text: string): number {
  const lower = text.toLowerCase();
  const factor = SUFFIXES.get(lower.slice(-2)) ?? 1;
  try {
    return finite(parseInteger(factor === 1 ? lower : lower.slice(0, -2)) * factor);
  } catch (error) {
    if (!(error instanceof ValueError) || !/^\d+[kmg]$/.test(lower)) throw error;
    throw new ValueError(error.supervisor, '', `did you mean ${text}B?`);
  }
}

/** Bytes: a whole number with KB, MB or GB in any case. */
export const byteSize: Datatype<number> = {
  expects: 'a size such as 0, 500KB, 50MB or 1GB',
  parse: parseByteSize,
  schema: { pattern: String.raw`^[+-]?\d+(_\d+)*\s*([kKmMgG][bB])?$` },
};

const OCTAL = /^(?<sign>[+-]?)(?:0[oO]_?)?(?<digits>[0-7]+(?:_[0-7]+)*)$/;

/** A number in base 8: a umask or a file mode. */
export const octal: Datatype<number> = {
  expects: 'an octal number such as 022',
  parse: (text) => {
    const { sign = '', digits } = OCTAL.exec(strip(text))?.groups ?? {};
    if (digits === undefined) throw new ValueError(`${text} can not be converted to an octal type`);
    return Number.parseInt(sign + digits.replaceAll('_', ''), 8) + 0;
  },
  schema: { pattern: '^[+-]?(0[oO]_?)?[0-7]+(_[0-7]+)*$' },
};

/** The permissions of a socket, in base 8. @param option the name by which Supervisor's message calls it */
export const modeOf = (option: string): Datatype<number> => ({
  ...octal,
  expects: 'permissions such as 0700',
  parse: (text, host) => {
    try {
      return octal.parse(text, host);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new ValueError(`Invalid ${option} value ${text}`);
    }
  },
});

/** One of a few words, in any case. Ours. */
export function oneOf<const T extends string>(...words: readonly T[]): Datatype<T> {
  const byText: ReadonlyMap<string, T> = new Map(words.map((word) => [word.toLowerCase(), word]));
  const expects = words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : words.join('');
  return {
    expects,
    parse: (text) => {
      const word = byText.get(text.toLowerCase());
      if (word === undefined) throw new ValueError(`expected ${expects}`);
      return word;
    },
    schema: { enum: words },
  };
}

/** Words between commas, without the blanks around them; an empty text is an empty list. */
export const list: Datatype<readonly string[]> = {
  expects: 'words separated by commas',
  parse: (text) => (text === '' ? [] : text.split(',').map(strip)),
};

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Ours: `0.5`, `500ms`, `1m30s`, as Compose and Go write times. undefined: the text is none. */
function parseUnits(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$|^\d+(?:\.\d+)?$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd]?)/g))
    total += Number(amount) * (UNITS.get(unit) ?? 0);
  return Math.round(total);
}

/** Milliseconds in the program. In the file: whole seconds, and where Supervisor takes no other: `0.5`, `500ms`, `1m30s`. */
export const duration: Datatype<number> = {
  expects: 'seconds such as 10 or 0.5, or a time such as 500ms or 1m30s',
  parse: (text) => {
    const trimmed = strip(text);
    if (INTEGER.test(trimmed)) return parseInteger(trimmed) * 1000;
    const value = parseUnits(trimmed);
    return value ?? parseInteger(text) * 1000;
  },
  schema: { pattern: String.raw`^[+-]?[\d._]+$|^(\d+(\.\d+)?(ms|[smhd]))+$` },
};
