import { parse } from 'ini';
import { readDialect, type BadLine, type Oddity, type Wants } from './dialect.ts';
import { type Place } from './place.ts';

/** One `key = value`: its text, before expansion, and where the value starts. */
export interface Entry {
  readonly text: string;
  readonly place: Place;
}

/** A section: where its name first appeared, and its options by their lower-cased names. */
export interface IniSection {
  readonly name: string;
  readonly header: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** The sections of a file in order of appearance, and the lines that are none. */
export interface IniFile {
  readonly sections: ReadonlyMap<string, IniSection>;
  readonly badLines: readonly BadLine[];
  readonly oddities: readonly Oddity[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `ini` makes values of `true`, `false` and `null`, even of quoted ones: all are text again. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : String(value));

/** Both are in the order in which the options first appear. */
function entriesOf(values: unknown, places: ReadonlyMap<string, Place>): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  if (!isObject(values)) return entries;
  const texts = Object.values(values);
  let index = 0;
  for (const [key, place] of places) {
    entries.set(key, { text: textOf(texts[index]), place });
    index += 1;
  }
  return entries;
}

/**
 * Reads the text of one file. Sections and options that are given twice are merged; the later value wins.
 *
 * @param wants the sections to read; absent: all
 */
export function readIni(text: string, file: string, wants?: Wants): IniFile {
  const dialect = readDialect(text, file, wants);
  const values: Readonly<Record<string, unknown>> = parse(dialect.ini);
  const sections = new Map<string, IniSection>();
  for (const [name, { header, options }] of dialect.sections)
    if (wants?.(name) ?? true)
      sections.set(name, { name, header, entries: entriesOf(values[name], options) });
  return { sections, badLines: dialect.badLines, oddities: dialect.oddities };
}

/** Lays a later file over an earlier one: options are added or replaced, sections keep their first place. */
export function mergeIni(earlier: IniFile, later: IniFile): IniFile {
  const sections = new Map(earlier.sections);
  for (const [name, section] of later.sections) {
    const known = sections.get(name);
    const entries = new Map([...(known?.entries ?? []), ...section.entries]);
    sections.set(name, { name, header: known?.header ?? section.header, entries });
  }
  return {
    sections,
    badLines: [...earlier.badLines, ...later.badLines],
    oddities: [...earlier.oddities, ...later.oddities],
  };
}
