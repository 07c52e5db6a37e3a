import { expand } from './expand.ts';
import { emptyHost, type Host } from './host.ts';
import { type Entry, type IniFile, type IniSection } from './ini-file.ts';
import { nearest } from './nearest.ts';
import { namesFor, type NameSource } from './names.ts';
import { diagnosticAt, type Diagnostic, type Place, type Problem } from './place.ts';
import { pythonRepr } from './python-text.ts';
import { type Option, type Section, type Values } from './schema.ts';
import { ValueError } from './value-error.ts';

/** A message that Supervisor writes to its activity log about the configuration. */
export interface ParseMessage {
  readonly level: 'CRIT' | 'WARN' | 'INFO';
  readonly text: string;
}

/** What every part of the loader works with: the sections, the machine, and where to report to. */
export interface Reading {
  readonly ini: IniFile;
  readonly host: Host;
  readonly names: NameSource;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly log: (message: ParseMessage) => void;
}

/** Reports a problem at its place. */
export const report = ({ report: take }: Pick<Reading, 'report'>, place: Place, problem: Problem): void =>
  take(diagnosticAt(place, problem));

/** What Supervisor adds to its messages about a program's section. */
export const sectionSuffix = ({ name, header }: IniSection): string =>
  ` in section ${pythonRepr(name)} (file: ${pythonRepr(header.file)})`;

const shownLength = 200;
const shorten = (text: string): string =>
  text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;

/** What an option is read with beside its own row of the table. */
export interface OptionContext {
  readonly reading: Reading;
  readonly section: IniSection;
  /** The names for this section, which may be more than the file's. */
  readonly names: NameSource;
  /** Added to Supervisor's words. */
  readonly suffix: string;
}

/** Expands the text of an option as often as Supervisor does. @throws ValueError */
function expandOption(name: string, option: Option<unknown>, text: string, context: OptionContext): string {
  if (!text.includes('%') || option.scope === 'raw') return text;
  const names = namesFor(option.scope, context.names);
  const once = expand(text, names, `${context.section.name}.${name}`);
  return option.isExpandedTwice ? expand(once, names, name) : once;
}

/** A place in the words of "cannot use": the option, and the value as written. */
const useOf = (name: string, text: string): string =>
  shorten(text === '' ? `an empty ${name}` : `${name} = ${text}`);

const endOf = ({ wordsEnd = '' }: Option<unknown>, { section, suffix }: OptionContext): string =>
  wordsEnd.replace('{section}', section.name) + suffix;

/** An option with its name. */
export interface NamedOption {
  readonly name: string;
  readonly option: Option<unknown>;
}

/** Reports what is wrong with an option's text. Anything else than a ValueError is ours, and thrown on. */
export function reportValue(
  error: unknown,
  { name, option }: NamedOption,
  entry: Entry,
  context: OptionContext,
): void {
  if (!(error instanceof ValueError)) throw error;
  const cause = error.message === '' ? `expected ${option.type.expects}` : error.message;
  report(context.reading, entry.place, {
    message: `cannot use ${useOf(name, entry.text)}: ${cause}`,
    supervisor:
      option.since === 'tsupervisor 0.1' ? undefined : `${error.supervisor}${endOf(option, context)}`,
    suggestion: error.suggestion ?? adviceFor({ name, option }, entry.text),
  });
}

/** A word that the option knows and that was probably meant. */
function nearestWord({ type }: Option<unknown>, text: string): string | undefined {
  const words: unknown = type.schema?.['enum'];
  return Array.isArray(words) ? nearest(text, words.map(String)) : undefined;
}

function adviceFor({ name, option }: NamedOption, text: string): string | undefined {
  const near = nearestWord(option, text);
  if (near !== undefined) return `did you mean ${near}?`;
  const example = option.example ?? option.default;
  return typeof example === 'string' && example !== '' ? `for example ${name} = ${example}` : undefined;
}

function parseOption(name: string, option: Option<unknown>, entry: Entry, context: OptionContext): unknown {
  try {
    const text = expandOption(name, option, entry.text, context);
    return option.type.parse(text, context.reading.host);
  } catch (error) {
    return reportValue(error, { name, option }, entry, context);
  }
}

/** What is asked of a table again and again, made once. */
interface Compiled {
  readonly options: ReadonlyMap<string, Option<unknown>>;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
  /** Options whose default is the value of another one. */
  readonly sameAs: readonly (readonly [string, string])[];
}

const COMPILED = new WeakMap<Section, Compiled>();

function compile(schema: Section): Compiled {
  const options = new Map(Object.entries(schema));
  const defaults: Record<string, unknown> = {};
  const sameAs: (readonly [string, string])[] = [];
  for (const [name, { type, default: text }] of options) {
    defaults[name] = typeof text === 'string' ? type.parse(text, emptyHost) : undefined;
    if (typeof text === 'object') sameAs.push([name, text.sameAs]);
  }
  const required = [...options].filter(([, option]) => option.required !== undefined).map(([name]) => name);
  // A copy, because an object that has grown key by key is slow to copy again.
  return { options, defaults: { ...defaults }, required, sameAs };
}

function compiled(schema: Section): Compiled {
  const known = COMPILED.get(schema) ?? compile(schema);
  COMPILED.set(schema, known);
  return known;
}

/** The parsed defaults of a table. */
export function defaultsOf<S extends Section>(schema: S): Values<S> {
  const { defaults, sameAs } = compiled(schema);
  const values: Record<string, unknown> = { ...defaults };
  for (const [name, other] of sameAs) values[name] = values[other];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built key by key from `schema`
  return values as Values<S>;
}

function reportMissing(
  name: string,
  option: Option<unknown>,
  { reading, section, suffix }: OptionContext,
): void {
  report(reading, section.header, {
    message: `cannot use [${section.name}]: ${name} is missing`,
    supervisor: `${(option.required ?? '').replace('{section}', section.name)}${suffix}`,
    suggestion: `add ${name} = ${option.example ?? '…'}`,
  });
}

const isMissing = (option: Option<unknown>, entry: Entry | undefined): boolean =>
  option.required !== undefined && (entry === undefined || (entry.text === '' && option.mayBeEmpty !== true));

/** Which options are read now; the others have another scope, or are read once for each process. */
export type Choice = (option: Option<unknown>, entry: Entry) => boolean;

/** All options. */
export const always: Choice = () => true;

function checkRequired(schema: Section, context: OptionContext): void {
  const { options, required } = compiled(schema);
  for (const name of required) {
    const option = options.get(name);
    if (option && isMissing(option, context.section.entries.get(name))) reportMissing(name, option, context);
  }
}

/** Reads the options of a section that have a row in the table and that are chosen. @returns only those */
export function readChosen<S extends Section>(
  schema: S,
  context: OptionContext,
  choose: Choice,
): Partial<Values<S>> {
  const { options } = compiled(schema);
  const values: Record<string, unknown> = {};
  for (const [name, entry] of context.section.entries) {
    const option = options.get(name);
    if (option === undefined || isMissing(option, entry) || !choose(option, entry)) continue;
    const value = parseOption(name, option, entry, context);
    if (value !== undefined) values[name] = value;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built key by key from `schema`
  return values as Partial<Values<S>>;
}

/**
 * Reads a section, and reports every problem. An option that cannot be used has its default, so that reading can go
 * on.
 */
export function readOptions<S extends Section>(
  schema: S,
  context: OptionContext,
  choose: Choice = always,
): Values<S> {
  checkRequired(schema, context);
  const { defaults, sameAs } = compiled(schema);
  const values: Record<string, unknown> = Object.assign({ ...defaults }, readChosen(schema, context, choose));
  for (const [name, other] of sameAs) if (!context.section.entries.has(name)) values[name] = values[other];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built key by key from `schema`; complete when there are no errors
  return values as Values<S>;
}

/** Options whose values may differ between the processes of a program. */
export const isPerProcess = ({ scope }: Option<unknown>, { text }: Entry): boolean =>
  scope === 'process' && text.includes('%');

/** For a section that is read with the names of the file alone. */
export const plainContext = (reading: Reading, section: IniSection): OptionContext => ({
  reading,
  section,
  names: reading.names,
  suffix: '',
});
