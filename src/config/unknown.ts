import { type IniFile, type IniSection } from './ini-file.ts';
import { nearest } from './nearest.ts';
import { type Diagnostic, diagnosticAt, type Place, type Problem } from './place.ts';
import { firstNonSpace } from './python-text.ts';
import { type Section } from './schema.ts';
import { findKind, SECTIONS, type SectionKind } from './sections.ts';

function sectionAdvice(name: string): string {
  const trimmed = name.trim();
  const [prefix = '', ...rest] = trimmed.split(':');
  if (rest.length > 0) {
    const near = nearest(
      prefix.trim(),
      SECTIONS.filter(({ isNamed }) => isNamed).map(({ prefix: known }) => known),
    );
    return near === undefined ? 'remove it' : `did you mean [${near}:${rest.join(':').trim()}]?`;
  }
  const near = nearest(
    trimmed,
    SECTIONS.map(({ prefix: known }) => known),
  );
  const named = SECTIONS.find(({ prefix: known, isNamed }) => known === near && isNamed);
  if (near === undefined) return `a program is written [program:${trimmed}]`;
  return named ? `did you mean [${near}:NAME]?` : `did you mean [${near}]?`;
}

const unknownSection = ({ name }: IniSection): Problem => ({
  severity: 'warning',
  message: `cannot use [${name}]: there is no such section`,
  suggestion: sectionAdvice(name),
});

/** The kind of section that an option belongs to, when it is in the wrong one. */
const homeOf = (option: string): SectionKind | undefined =>
  SECTIONS.find(({ schema }) => Object.hasOwn(schema, option));

const shownAs = ({ prefix, isNamed }: SectionKind): string => (isNamed ? `[${prefix}:x]` : `[${prefix}]`);

function optionAdvice(option: string, schema: Section): string {
  const near = nearest(option, Object.keys(schema));
  const home = homeOf(option);
  if (home !== undefined) return `${option} belongs in ${shownAs(home)}`;
  return near === undefined ? 'remove it' : `did you mean ${near}?`;
}

const unknownOption = (section: IniSection, option: string, schema: Section): Problem => ({
  severity: 'warning',
  message: `cannot use ${option}: [${section.name}] has no such option`,
  suggestion: optionAdvice(option, schema),
});

/** Where the option's name stands, rather than its value. */
const nameOf = (place: Place): Place => ({ ...place, column: firstNonSpace(place.source) + 1 });

function reportOptions(
  section: IniSection,
  { schema, isOpen }: SectionKind,
  report: (found: Diagnostic) => void,
): void {
  for (const [option, { place }] of section.entries) {
    const row = Object.hasOwn(schema, option) ? schema[option] : undefined;
    if (row === undefined) {
      if (!isOpen) report(diagnosticAt(nameOf(place), unknownOption(section, option, schema)));
    } else if (row.activeNow === false && row.since === 'tsupervisor 0.1')
      report(
        diagnosticAt(nameOf(place), {
          severity: 'warning',
          message: `cannot use ${option}: it has no effect in this version`,
        }),
      );
  }
}

/** Reports sections and options that mean nothing. Supervisor ignores them silently. */
export function reportUnknown(ini: IniFile, report: (found: Diagnostic) => void): void {
  for (const section of ini.sections.values()) {
    const kind = findKind(section.name);
    if (kind !== undefined) reportOptions(section, kind, report);
    else if (section.name !== 'DEFAULT') report(diagnosticAt(section.header, unknownSection(section)));
  }
}
