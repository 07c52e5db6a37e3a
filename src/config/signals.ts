import { constants } from 'node:os';
import { type Datatype } from './datatype.ts';
import { nearest } from './nearest.ts';
import { pythonRepr, strip } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** signal(7); the realtime ones as glibc numbers them. */
const BY_NAME: ReadonlyMap<string, number> = new Map([
  ...Object.entries(constants.signals),
  ['SIGCLD', 17],
  ['SIGRTMIN', 34],
  ['SIGRTMAX', 64],
]);

/** 0 sends nothing; Supervisor takes it. */
const NUMBERS: ReadonlySet<number> = new Set([0, ...BY_NAME.values()]);

function unknownSignal(text: string, upper: string): ValueError {
  const near = nearest(upper.startsWith('SIG') ? upper : `SIG${upper}`, BY_NAME.keys())?.slice(3);
  const question = near === undefined ? undefined : `did you mean ${near}?`;
  return new ValueError(`value ${pythonRepr(text)} is not a valid signal name`, '', question);
}

/** The number of a signal: reads a name with or without SIG, in any case, or a number. @throws ValueError */
export function parseSignal(text: string): number {
  const trimmed = strip(text);
  const isNumber = /^[+-]?\d+$/.test(trimmed);
  const upper = trimmed.toUpperCase();
  const number = isNumber ? Number(trimmed) : BY_NAME.get(upper.startsWith('SIG') ? upper : `SIG${upper}`);
  if (number === undefined) throw unknownSignal(text, upper);
  if (!NUMBERS.has(number)) throw new ValueError(`value ${pythonRepr(text)} is not a valid signal number`);
  return number;
}

/** Numbers in the program. One signal; ours: several, sent one after the other. */
export const signals: Datatype<readonly number[]> = {
  expects: 'a signal such as TERM or 15, or several such as TERM,INT,QUIT',
  parse: (text) => (text.includes(',') ? text.split(',') : [text]).map(parseSignal),
};
