import { type Option, type Section } from './schema.ts';
import { SECTIONS, type SectionKind } from './sections.ts';

const commentColumn = 44;

/** What stands behind the equals sign in the sample. */
export function shownValue({ example, default: value }: Option<unknown>): string {
  if (example !== undefined) return example;
  return typeof value === 'string' ? value : '';
}

/** An option of the sample, commented out. */
function optionLine(name: string, option: Option<unknown>): string {
  const { default: value } = option;
  const note = typeof value === 'object' ? ` Unset: as ${value.sameAs}.` : '';
  return `${`;${name} = ${shownValue(option)}`.padEnd(commentColumn)} ; ${option.doc}${note}`;
}

/** Options that a section has beside those of a program. */
function ownOptions(
  { prefix, schema }: SectionKind,
  program: Section,
): readonly (readonly [string, Option<unknown>])[] {
  const isDerived = prefix === 'eventlistener' || prefix === 'fcgi-program';
  return Object.entries(schema).filter(
    ([name, option]) => !isDerived || name === 'command' || program[name] !== option,
  );
}

function sectionLines(kind: SectionKind, program: Section): readonly string[] {
  const header = `[${kind.prefix}${kind.isNamed ? ':NAME' : ''}]`;
  const isLive = kind.prefix === 'supervisord';
  const options = ownOptions(kind, program).map(([name, option]) => optionLine(name, option));
  return [`; ${kind.doc}`, isLive ? header : `;${header}`, ...options, ''];
}

const intro = [
  '; Sample supervisor config file for tsupervisor: every option, at its default or as an example.',
  '; Remove the semicolon before what you want. A value ends at a semicolon or # that follows a blank.',
  '; %(name)s stands for a name: ENV_X for the environment variable X, ENV_X:-text with a default.',
  '',
];

/** A configuration that holds every option, commented out: the output of `sample` and echo_supervisord_conf. */
export function sampleConfiguration(): string {
  const program = SECTIONS.find(({ prefix }) => prefix === 'program')?.schema ?? {};
  return [...intro, ...SECTIONS.flatMap((kind) => sectionLines(kind, program))].join('\n');
}
