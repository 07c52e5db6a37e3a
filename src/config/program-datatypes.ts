/** The value types that only programs have, as Supervisor knows them. Source: supervisor/datatypes.py 4.2.5. */
import { type Datatype } from './datatype.ts';
import { BOOLEANS, booleanOf, duration, parseInteger } from './datatypes.ts';
import { pythonRepr, strip } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** Never, after an exit code that is not expected, or always. */
export type Autorestart = 'never' | 'unexpected' | 'always';

/** What people write who come from Docker's `restart`. */
const COMPOSE: ReadonlyMap<string, string> = new Map([
  ['always', 'true'],
  ['unless-stopped', 'true'],
  ['never', 'false'],
  ['on-failure', 'unexpected'],
]);

/** A boolean word or `unexpected`, in any case. */
export const autorestart: Datatype<Autorestart> = {
  expects: 'true, false or unexpected',
  parse: (text) => {
    const lower = text.toLowerCase();
    const value = booleanOf(lower);
    if (value !== undefined) return value ? 'always' : 'never';
    if (lower === 'unexpected') return 'unexpected';
    const meant = COMPOSE.get(lower);
    const advice = meant === undefined ? undefined : `write autorestart = ${meant}`;
    throw new ValueError(`invalid 'autorestart' value ${pythonRepr(lower)}`, '', advice);
  },
  schema: { enum: [...BOOLEANS.keys(), 'unexpected'] },
};

/** Whole numbers from 0 to 255 between commas; an empty text is an empty list. */
export const exitCodes: Datatype<readonly number[]> = {
  expects: 'exit codes from 0 to 255, separated by commas',
  parse: (text) => {
    try {
      const codes = text === '' ? [] : text.split(',').map(parseInteger);
      if (codes.every((code) => code >= 0 && code <= 255)) return codes;
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
    }
    throw new ValueError(`not a valid list of exit codes: ${pythonRepr(text)}`);
  },
  schema: { pattern: String.raw`^([\s\d_+-]+(,[\s\d_+-]+)*)?$` },
};

/** How often a start is tried again; Infinity is ours, written `unlimited`. */
export const retries: Datatype<number> = {
  expects: 'a whole number or unlimited',
  parse: (text) => (strip(text).toLowerCase() === 'unlimited' ? Infinity : parseInteger(text)),
  schema: { pattern: String.raw`^[+-]?\d+(_\d+)*$|^[uU][nN][lL][iI][mM][iI][tT][eE][dD]$` },
};

/** A time, or no limit at all: Infinity, written `none`. Ours. */
export const optionalDuration: Datatype<number> = {
  expects: `${duration.expects}, or none`,
  parse: (text, host) => (text.toLowerCase() === 'none' ? Infinity : duration.parse(text, host)),
};

/** Supervisor refuses what would break URLs and the event listeners' protocol. @throws ValueError */
export function parseName(text: string): string {
  const name = strip(text);
  const bad = [' ', ':', '/'].find((character) => name.includes(character));
  if (bad === undefined) return name;
  throw new ValueError(
    `Invalid name: ${pythonRepr(text)} because of character: ${pythonRepr(bad)}`,
    `a name must not contain ${bad === ' ' ? 'a space' : bad}`,
  );
}

/** A name without a space, a colon or a slash. */
export const processName: Datatype<string> = {
  expects: 'a name without a space, a colon or a slash',
  parse: parseName,
};

/** Where a program reaches us; undefined, written AUTO: the first server. */
export const serverUrl: Datatype<string | undefined> = {
  expects: 'a URL or AUTO',
  parse: (text) => (strip(text).toUpperCase() === 'AUTO' ? undefined : text),
};
