import { convert, readConversion, type Source } from './conversion.ts';
import { nearest } from './nearest.ts';
import { pythonRepr } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** The names that an option may use in `%(name)s`. */
export interface Names {
  /** undefined: no such name. */
  readonly get: (name: string) => string | number | undefined;
  /** Every name there is, for messages. */
  readonly all: () => readonly string[];
}

/** `ENV_X:-text`: what to take when the variable X is not set or empty. Ours; Supervisor has no defaults. */
function defaulted(name: string, names: Names): string | number | undefined {
  const at = name.startsWith('ENV_') ? name.indexOf(':-') : -1;
  if (at === -1) return undefined;
  const value = names.get(name.slice(0, at));
  return value === undefined || value === '' ? name.slice(at + 2) : value;
}

/** The index of the `)` that closes the `(` before `start`; -1: none does. */
function closingParenthesis(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1;
    else if (text[index] === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

class UnknownName extends Error {}

function valueOf(name: string, names: Names): string | number {
  const value = names.get(name) ?? defaulted(name, names);
  if (value === undefined) throw new UnknownName(name);
  return value;
}

interface Expanded {
  readonly text: string;
  /** The index after the conversion. */
  readonly end: number;
}

/** The conversion that starts at the `%` at `start`. @param unnamed what it formats when it has no name */
function expandOne(text: string, start: number, names: Names, unnamed: Source): Expanded {
  const isNamed = text[start + 1] === '(';
  const close = isNamed ? closingParenthesis(text, start + 2) : start;
  if (close === -1) throw new ValueError('incomplete format key');
  const value = isNamed ? valueOf(text.slice(start + 2, close), names) : undefined;
  const conversion = readConversion(text, close + 1, isNamed ? 'name' : unnamed);
  return { text: convert(conversion, value, text.slice(start, conversion.end)), end: conversion.end };
}

function expandAll(text: string, names: Names): string {
  let out = '';
  let from = 0;
  let unnamed: Source = 'all';
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', from)) {
    const isPercent = text[at + 1] === '%';
    const one = isPercent ? { text: '%', end: at + 2 } : expandOne(text, at, names, unnamed);
    if (!isPercent) unnamed = 'nothing';
    out += text.slice(from, at) + one.text;
    from = one.end;
  }
  return out + text.slice(from);
}

const causeOf = (unknown: string): string =>
  unknown.startsWith('ENV_')
    ? `the environment variable ${unknown.slice(4)} is not set`
    : `%(${unknown})s is not a name that can be used here`;

function unknownName(text: string, where: string, unknown: string, names: Names): ValueError {
  const shown = `Format string ${pythonRepr(text)} for ${pythonRepr(where)} contains names (${pythonRepr(unknown)})`;
  const all = [...names.all()].toSorted((a, b) => (a < b ? -1 : Number(a > b)));
  const near = nearest(unknown, all);
  const words = `${shown} which cannot be expanded. Available names: ${all.join(', ')}`;
  if (near !== undefined) return new ValueError(words, causeOf(unknown), `did you mean %(${near})s?`);
  const isVariable = unknown.startsWith('ENV_');
  const advice = isVariable ? `set it, or write %(${unknown}:-DEFAULT)s` : 'write %% for a percent sign';
  return new ValueError(words, causeOf(unknown), advice);
}

/**
 * Expands `%(name)s` as Python's `text % names` does; `%%` is a percent sign. What a name stands for is not expanded
 * again. A `%s` without a name stays as it is (in Supervisor it prints every variable).
 *
 * @param where `section.option`, for Supervisor's message
 * @throws ValueError for an unknown name or a malformed conversion
 */
export function expand(text: string, names: Names, where: string): string {
  if (!text.includes('%')) return text;
  try {
    return expandAll(text, names);
  } catch (error) {
    if (error instanceof UnknownName) throw unknownName(text, where, error.message, names);
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(
      `Format string ${pythonRepr(text)} for ${pythonRepr(where)} is badly formatted: ${error.supervisor}`,
      error.supervisor,
      'write %% for a percent sign',
    );
  }
}
