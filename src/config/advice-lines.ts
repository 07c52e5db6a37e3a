/** Lines that mean something else than they look like. Only `check` says so; the daemon reads them as Supervisor does. */
import { type Oddity } from './dialect.ts';
import { type IniFile } from './ini-file.ts';
import { diagnosticAt, type Diagnostic, type Place, type Problem } from './place.ts';
import { firstNonSpace } from './python-text.ts';
import { findKind } from './sections.ts';

/** Where the line's text starts, rather than its value. */
const startOf = (place: Place): Place => ({ ...place, column: firstNonSpace(place.source) + 1 });

/** A section, or an option that the section knows; undefined: the line is a value and looks like one. */
function meantBy({ text, section, of }: Extract<Oddity, { kind: 'continued' }>): string | undefined {
  const header = /^\[(?<name>.+)\]$/.exec(text)?.groups?.['name'];
  if (header !== undefined) return findKind(header) === undefined ? undefined : text;
  const option = text.split(/[=:]/, 1).join('').trim().toLowerCase();
  const { schema = {} } = findKind(section) ?? {};
  // NAME=value is what an environment consists of.
  return of !== 'environment' && Object.hasOwn(schema, option) ? option : undefined;
}

function problemOf(oddity: Oddity): Problem | undefined {
  if (oddity.kind === 'section')
    return {
      message: `cannot have two [${oddity.name}]: this one is read as more of the one at line ${oddity.first.line}`,
      suggestion: 'give it another name, or put their options together',
    };
  if (oddity.kind === 'option')
    return {
      message: `cannot use two ${oddity.name}: the one at line ${oddity.first.line} is lost`,
      suggestion: 'remove one of the two',
    };
  const meant = meantBy(oddity);
  if (meant === undefined) return undefined;
  return {
    message: `cannot use ${meant}: the line is indented, and so it is part of the value of ${oddity.of}`,
    suggestion: 'remove the blanks before it',
  };
}

/** What `check` has to say about lines. */
export const adviseOnLines = ({ oddities }: IniFile): readonly Diagnostic[] =>
  oddities.flatMap((oddity) => {
    const problem = problemOf(oddity);
    return problem ? [diagnosticAt(startOf(oddity.place), { ...problem, severity: 'warning' })] : [];
  });
