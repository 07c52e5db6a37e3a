import { type IniFile, type IniSection } from './ini-file.ts';
import { isShortened, nearest } from './nearest.ts';
import { type Diagnostic, diagnosticAt, type Place, type Problem } from './place.ts';
import { firstNonSpace, strip } from './python-text.ts';
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

/** Words are compared with all others: a file of garbage must not take for ever. */
const mostAdvice = 100;

/** Gives advice as long as there is not too much of it. */
type Adviser = (advice: () => string) => string | undefined;

function limitedAdvice(): Adviser {
  let left = mostAdvice;
  return (advice) => {
    left -= 1;
    return left < 0 ? undefined : advice();
  };
}

const unknownSection = ({ name }: IniSection, adviser: Adviser): Problem => ({
  severity: 'warning',
  message: `cannot use [${name}]: there is no such section`,
  suggestion: adviser(() => sectionAdvice(name)),
});

/** The kind of section that an option belongs to, when it is in the wrong one. */
const homeOf = (option: string): SectionKind | undefined =>
  SECTIONS.find(({ schema }) => Object.hasOwn(schema, option));

const shownAs = ({ prefix, isNamed }: SectionKind): string => (isNamed ? `[${prefix}:x]` : `[${prefix}]`);

function optionAdvice(option: string, schema: Section): string {
  const near = nearest(option, Object.keys(schema));
  const home = homeOf(option);
  const isOwn = near !== undefined && isShortened(option, near);
  if (home !== undefined && !isOwn) return `${option} belongs in ${shownAs(home)}`;
  return near === undefined ? 'remove it' : `did you mean ${near}?`;
}

/** `[program:web` without its end is an option of the section above it. */
const openHeader = (place: Place): Problem => ({
  severity: 'warning',
  message: `cannot use ${strip(place.source)}: the closing ] is missing`,
  suggestion: `write ${strip(place.source)}]`,
});

const unknownOption = (section: IniSection, option: string, advice: string | undefined): Problem => ({
  severity: 'warning',
  message: `cannot use ${option}: [${section.name}] has no such option`,
  suggestion: advice,
});

/** Where the option's name stands, rather than its value. */
const nameOf = (place: Place): Place => ({ ...place, column: firstNonSpace(place.source) + 1 });

interface Report {
  readonly report: (found: Diagnostic) => void;
  readonly adviser: Adviser;
}

function reportOptions(
  section: IniSection,
  { schema, isOpen }: SectionKind,
  { report, adviser }: Report,
): void {
  for (const [option, { place }] of section.entries) {
    const row = Object.hasOwn(schema, option) ? schema[option] : undefined;
    const say = (problem: Problem): void => report(diagnosticAt(nameOf(place), problem));
    if (row?.activeNow === false && row.since === 'tsupervisor 0.1') say(hasNoEffect(option));
    else if (row !== undefined || isOpen) continue;
    else if (option.startsWith('[')) say(openHeader(place));
    else
      say(
        unknownOption(
          section,
          option,
          adviser(() => optionAdvice(option, schema)),
        ),
      );
  }
}

const hasNoEffect = (option: string): Problem => ({
  severity: 'warning',
  message: `cannot use ${option}: it has no effect in this version`,
});

/** Reports sections and options that mean nothing. Supervisor ignores them silently. */
export function reportUnknown(ini: IniFile, report: (found: Diagnostic) => void): void {
  const adviser = limitedAdvice();
  for (const section of ini.sections.values()) {
    const kind = findKind(section.name);
    if (kind !== undefined) reportOptions(section, kind, { report, adviser });
    else if (section.name !== 'DEFAULT')
      report(diagnosticAt(section.header, unknownSection(section, adviser)));
  }
}
