import { type Datatype } from './datatype.ts';
import { ValueError } from './value-error.ts';

/** Variables by name. */
export type Environment = ReadonlyMap<string, string>;

const isWordCharacter = (character: string): boolean =>
  /[\w/.+\-():]/.test(character) && character < '\u0080';
const isBlank = (character: string): boolean => ' \t\r\n'.includes(character);

/** The index after the line end that follows `start`. */
function afterLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end + 1;
}

/** A quoted token, with its quotes. @throws ValueError when it is not closed */
function quotedAt(text: string, start: number): string {
  const close = text.indexOf(text.charAt(start), start + 1);
  if (close === -1) throw new ValueError('No closing quotation', 'a quotation mark is not closed');
  return text.slice(start, close + 1);
}

/** A word goes on over a comment, and quotation marks inside it mean nothing. */
function wordAt(text: string, start: number): { readonly token: string; readonly end: number } {
  let token = '';
  let index = start;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '#') index = afterLine(text, index);
    else if (isWordCharacter(character) || character === '"' || character === "'") {
      token += character;
      index += 1;
    } else break;
  }
  return { token, end: index };
}

/**
 * The tokens of Python's shlex in its non-POSIX mode, with `/.+-():` added to the word characters. Any other character
 * is a token of its own.
 */
function tokens(text: string): readonly string[] {
  const found: string[] = [];
  let index = 0;
  while (index < text.length) {
    const character = text.charAt(index);
    if (isBlank(character)) index += 1;
    else if (character === '#') index = afterLine(text, index);
    else {
      const isQuoted = character === '"' || character === "'";
      const word = isWordCharacter(character) ? wordAt(text, index) : undefined;
      const token = word?.token ?? (isQuoted ? quotedAt(text, index) : character);
      found.push(token);
      index = word?.end ?? index + token.length;
    }
  }
  return found;
}

const isName = (token: string): boolean => /^\w/.test(token);

// Looking behind finds the end of a run in one go; without it, each quotation mark is a place to begin again.
const unquote = (token: string): string => token.replace(/^['"]+/, '').replace(/(?<!['"])['"]+$/, '');

/**
 * Reads `KEY=val,KEY2="v 2"`. The character between two pairs is not looked at.
 *
 * Source: supervisor/datatypes.py 4.2.5, `dict_of_key_value_pairs`.
 *
 * @throws ValueError in Supervisor's words
 */
export function parseEnvironment(text: string): Environment {
  const all = tokens(text);
  const environment = new Map<string, string>();
  for (let index = 0; index < all.length; index += 4) {
    const [key, equals, value] = all.slice(index, index + 3);
    if (key === undefined || equals !== '=' || value === undefined)
      throw new ValueError(
        `Unexpected end of key/value pairs in value '${text}'`,
        key === undefined || isName(key)
          ? `${key ?? 'a name'} is not followed by =VALUE`
          : `${key} is not a name`,
        'put commas between the pairs, and quotation marks around values with other characters than letters and digits',
      );
    environment.set(key, unquote(value));
  }
  return environment;
}

/** `KEY="value",KEY2="value 2"`. */
export const environment: Datatype<Environment> = {
  expects: 'variables such as KEY="value",KEY2="value 2"',
  parse: parseEnvironment,
};
