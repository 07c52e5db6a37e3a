import { type Place } from './place.ts';
import { firstNonSpace, isSpaceAt, strip, stripEnd } from './python-text.ts';

/** A line that is neither a section header nor an option. */
export interface BadLine {
  readonly place: Place;
  /** `headless`: it stands before the first section, where reading ends; `line`: it has no delimiter or no name. */
  readonly kind: 'headless' | 'line';
  /** The line's end as Python sees it; empty where the file ends without one. */
  readonly lineEnd: '\n' | '';
}

/** A line that is read as Supervisor reads it, and that probably means something else. */
export type Oddity =
  /** The section has been given before in this file. */
  | { readonly kind: 'section'; readonly place: Place; readonly name: string; readonly first: Place }
  /** The option of the section has been given before in this file. */
  | { readonly kind: 'option'; readonly place: Place; readonly name: string; readonly first: Place }
  /** A deeper line that looks like an option or a section, and is part of the value of the option `of`. */
  | {
      readonly kind: 'continued';
      readonly place: Place;
      readonly text: string;
      readonly section: string;
      readonly of: string;
    };

/** What the dialect makes of a file. */
export interface Dialect {
  /** The same sections, options and values, quoted so that the package `ini` reads them exactly. */
  readonly ini: string;
  /** For each section, in order of appearance: where it starts, and where each option's value does. */
  readonly sections: ReadonlyMap<string, SectionPlaces>;
  readonly badLines: readonly BadLine[];
  /** At most `mostOddities`. */
  readonly oddities: readonly Oddity[];
}

/** Where a section and its options stand. A repeated option stands where it was last given. */
export interface SectionPlaces {
  readonly header: Place;
  readonly options: ReadonlyMap<string, Place>;
}

/** Who has more has no configuration. */
const mostOddities = 1000;

interface OpenSection {
  readonly name: string;
  readonly header: Place;
  readonly options: Map<string, Place>;
}

/**
 * Where the comment of a line starts; the line's length when there is none.
 *
 * Python looks for the first `;` and the first `#`, then for the second of each, and so on; the first round in which
 * one of them follows white space decides (configparser, `RawConfigParser._read`).
 */
function commentStart(line: string, indent: number): number {
  if (line[indent] === ';' || line[indent] === '#') return 0;
  let semicolon = line.indexOf(';');
  let hash = line.indexOf('#');
  while (semicolon !== -1 || hash !== -1) {
    const starts = [semicolon, hash].filter((index) => index > 0 && isSpaceAt(line, index - 1));
    if (starts.length > 0) return Math.min(...starts);
    if (semicolon !== -1) semicolon = line.indexOf(';', semicolon + 1);
    if (hash !== -1) hash = line.indexOf('#', hash + 1);
  }
  return line.length;
}

const NEEDS_ESCAPES = /[^ !#-[\]-~]/;

/** JSON, and without the line ends that `ini`'s regular expressions stop at. */
function quote(text: string): string {
  if (!NEEDS_ESCAPES.test(text)) return `"${text}"`;
  return JSON.stringify(text)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
}

/** `ini` nests sections at dots, unless a backslash precedes the dot. */
const quoteSection = (name: string): string =>
  `[${quote(name.replaceAll('.', String.raw`\.`)).replaceAll(']', String.raw`\u005d`)}]`;

/** `ini` drops `__proto__` and makes lists of `name[]`; no option's name contains a colon, so one is added. */
const quoteOption = (name: string): string => quote(`${name}:`);

/** The option of a line: the first `=` or `:` ends its name. -1: there is none. */
function delimiterOf(text: string): number {
  const equals = text.indexOf('=');
  const colon = text.indexOf(':');
  if (equals === -1 || colon === -1) return Math.max(equals, colon);
  return Math.min(equals, colon);
}

/** Whether a section is of interest, by its name. The lines of others are checked, and not made into `ini`. */
export type Wants = (section: string) => boolean;

const everySection: Wants = () => true;

/** Reads one file line by line. The state is Python's: the section, the option that a deeper line continues. */
class Reader {
  readonly #file: string;
  readonly #wants: Wants;
  readonly #out: string[] = [];
  readonly #sections = new Map<string, OpenSection>();
  readonly #badLines: BadLine[] = [];
  readonly #oddities: Oddity[] = [];
  #section: OpenSection | undefined;
  #option: string | undefined;
  #value: string[] = [];
  #indent = 0;
  #isWanted = false;

  constructor(file: string, wants: Wants) {
    this.#file = file;
    this.#wants = wants;
  }

  /** Takes one line. @returns false when reading cannot go on */
  take(source: string, line: number, lineEnd: BadLine['lineEnd']): boolean {
    const indent = firstNonSpace(source);
    const comment = commentStart(source, indent);
    const text = stripEnd(source.slice(indent, comment));
    const place = { file: this.#file, line, column: indent + 1, source };
    if (text === '') return this.#takeEmpty(comment === source.length);
    if (this.#option !== undefined && indent > this.#indent) return this.#continue(text, place);
    this.#indent = indent;
    return this.#takeStart(text, place, lineEnd);
  }

  finish(): Dialect {
    this.#endOption();
    return {
      ini: this.#out.join('\n'),
      sections: this.#sections,
      badLines: this.#badLines,
      oddities: this.#oddities,
    };
  }

  #wonder(oddity: Oddity): void {
    if (this.#oddities.length < mostOddities) this.#oddities.push(oddity);
  }

  #continue(text: string, place: Place): true {
    this.#value.push(text);
    const { name: section } = this.#section ?? { name: '' };
    if (this.#option !== undefined && (text.startsWith('[') || delimiterOf(text) > 0))
      this.#wonder({ kind: 'continued', place, text, section, of: this.#option });
    return true;
  }

  /** An empty line is part of a value that goes on below it; a line with only a comment is not. */
  #takeEmpty(isEmpty: boolean): true {
    if (isEmpty && this.#option !== undefined) this.#value.push('');
    return true;
  }

  #takeStart(text: string, place: Place, lineEnd: BadLine['lineEnd']): boolean {
    const end = text.startsWith('[') ? text.lastIndexOf(']') : -1;
    if (end > 1) return this.#openSection(text.slice(1, end), place);
    const kind = this.#section === undefined ? 'headless' : 'line';
    const delimiter = delimiterOf(text);
    if (kind === 'line' && delimiter > 0) return this.#splitOption(text, delimiter, place);
    // A line such as `= x` is an option without a name, which no deeper line continues.
    if (delimiter === 0) this.#endOption();
    this.#badLines.push({ place, kind, lineEnd });
    return kind === 'line';
  }

  #openSection(name: string, place: Place): true {
    this.#endOption();
    const known = this.#sections.get(name);
    if (known) this.#wonder({ kind: 'section', place, name, first: known.header });
    this.#section = known ?? { name, header: place, options: new Map() };
    this.#sections.set(name, this.#section);
    this.#isWanted = this.#wants(name);
    if (this.#isWanted) this.#out.push(quoteSection(name));
    return true;
  }

  #splitOption(text: string, delimiter: number, place: Place): true {
    const rest = text.slice(delimiter + 1);
    const value = strip(rest);
    const column = place.column + delimiter + 1 + (value === '' ? 0 : firstNonSpace(rest));
    return this.#openOption(stripEnd(text.slice(0, delimiter)), value, { ...place, column });
  }

  #openOption(name: string, value: string, place: Place): true {
    this.#endOption();
    this.#option = name.toLowerCase();
    this.#value = [value];
    const first = this.#section?.options.get(this.#option);
    if (first) this.#wonder({ kind: 'option', place, name: this.#option, first });
    this.#section?.options.set(this.#option, place);
    return true;
  }

  #endOption(): void {
    if (this.#option === undefined) return;
    if (this.#isWanted)
      this.#out.push(`${quoteOption(this.#option)}=${quote(stripEnd(this.#value.join('\n')))}`);
    this.#option = undefined;
  }
}

/**
 * Turns Supervisor's INI dialect into a text that the package `ini` reads exactly. Read raw, `ini` would cut values at
 * every `;` and `#`, nest sections at dots, drop continuation lines and turn `true` into a boolean.
 *
 * Source: Python's `configparser.RawConfigParser` with inline comments `;` and `#`, as Supervisor 4 uses it.
 */
export function readDialect(text: string, file: string, wants = everySection): Dialect {
  const reader = new Reader(file, wants);
  // Splitting at a string is ten times as fast as at a regular expression.
  const lines = text.split(text.includes('\r') ? /\r\n|[\n\r]/ : '\n');
  for (const [index, source] of lines.entries())
    if (!reader.take(source, index + 1, index + 1 < lines.length ? '\n' : '')) break;
  return reader.finish();
}
