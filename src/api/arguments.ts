/** What clients send, read as what methods take. */
import { Fault } from './fault.ts';
import { pythonText } from './python-text.ts';
import { type XmlRpcValue } from './xml-rpc.ts';

/** The type that system.methodSignature tells. */
export type WireType = 'string' | 'int' | 'boolean' | 'array' | 'struct';

/** One parameter of a method. */
export interface Parameter<T> {
  readonly name: string;
  readonly type: WireType;
  readonly doc: string;
  /** Whether a call may leave it out; `read` is then given undefined. */
  readonly optional: boolean;
  /** @throws Fault INCORRECT_PARAMETERS */
  readonly read: (value: XmlRpcValue | undefined) => T;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Base64 counts as text when it is UTF-8, as in supervisord. */
function textOf(value: XmlRpcValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return utf8.decode(value);
  } catch {
    // Bytes that are no text: the caller says what that means.
    return undefined;
  }
}

/** A string. */
export const text = (name: string, doc: string): Parameter<string> => ({
  name,
  type: 'string',
  doc,
  optional: false,
  read: (value) => {
    const read = textOf(value);
    if (read === undefined) throw new Fault('INCORRECT_PARAMETERS');
    return read;
  },
});

const INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

function integerOf(value: XmlRpcValue | undefined): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  const digits = textOf(value);
  if (digits === undefined || !INTEGER.test(digits)) throw new Fault('INCORRECT_PARAMETERS');
  return Number(digits.replaceAll('_', ''));
}

/** A whole number; digits as text and fractions count, as in supervisord (Python's int()). */
export const integer = (name: string, doc: string): Parameter<number> => ({
  name,
  type: 'int',
  doc,
  optional: false,
  read: integerOf,
});

/** A yes or no that is yes when it is left out; anything empty or 0 is no, as in Python. */
export const flag = (name: string, doc: string): Parameter<boolean> => ({
  name,
  type: 'boolean',
  doc,
  optional: true,
  read: (value) => {
    if (value === undefined) return true;
    if (value instanceof Map) return value.size > 0;
    if (value instanceof Uint8Array || Array.isArray(value)) return value.length > 0;
    return Boolean(value);
  },
});

/** A signal, as text or as a number; read as text. */
export const signal = (name: string, doc: string): Parameter<string> => ({
  name,
  type: 'string',
  doc,
  optional: false,
  read: (value) => {
    const read = typeof value === 'number' ? String(Math.trunc(value)) : textOf(value);
    if (read === undefined) throw new Fault('INCORRECT_PARAMETERS');
    return read;
  },
});

/** Bytes: text as UTF-8, or base64 as it is. */
export const bytes = (name: string, doc: string): Parameter<Uint8Array> => ({
  name,
  type: 'string',
  doc,
  optional: false,
  read: (value) => {
    if (value instanceof Uint8Array) return value;
    if (typeof value !== 'string') throw new Fault('INCORRECT_PARAMETERS', pythonText(value ?? null));
    return Buffer.from(value, 'utf8');
  },
});

/** Anything, rendered as Python's str() does. */
export const anything = (name: string, doc: string): Parameter<string> => ({
  name,
  type: 'string',
  doc,
  optional: false,
  read: (value) => textOf(value) ?? pythonText(value ?? null),
});

/** An array of whatever. */
export const array = (name: string, doc: string): Parameter<readonly XmlRpcValue[]> => ({
  name,
  type: 'array',
  doc,
  optional: false,
  read: (value) => {
    if (!Array.isArray(value)) throw new Fault('INCORRECT_PARAMETERS');
    return value;
  },
});
