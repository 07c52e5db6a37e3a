/**
 * Writes the documents that are made from the tables of the source.
 *
 * usage: ./scripts/node scripts/docs.ts [--check]
 * With --check nothing is written; the exit code is 1 when a document is not what the tables say.
 */
import { renderCtlDoc } from './docs-ctl.ts';
import { eventsDocument } from './docs-events.ts';
import { rpcDocument } from './docs-rpc.ts';
import { statesDocument } from './docs-states.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Option, type Scope, type Section } from '../src/config/schema.ts';
import { SECTIONS, type SectionKind } from '../src/config/sections.ts';

const root = join(import.meta.dirname, '..');

const intro = `# Configuration

tsupervisor reads an unchanged \`supervisord.conf\`. This page lists every option of every section: Supervisor's own, with
the version that brought them, and tsupervisor's. It is made from the table that the program reads; \`tsupervisor check\`
says everything that is wrong with a file, and \`tsupervisor sample\` prints one with every option in it.

## The file

The file is \`-c FILE\`, else \`$TSUPERVISOR_CONFIG\`, else the first of \`../etc/supervisord.conf\` and
\`../supervisord.conf\` (beside the directory of the executable), \`supervisord.conf\`, \`etc/supervisord.conf\`,
\`/etc/supervisord.conf\` and \`/etc/supervisor/supervisord.conf\`.

- A section starts with \`[name]\`. An option is \`name = value\` or \`name: value\`; names are not case-sensitive.
- A line that starts with \`;\` or \`#\` is a comment. So is the rest of a line after a \`;\` or \`#\` that follows a blank;
  quotation marks do not protect it.
- A line that is indented deeper than its option continues the value.
- An option or a section that is given twice is merged; the later value wins.
- \`[DEFAULT]\` gives options to every section.
- Unknown sections and options are ignored, with a warning.

## Names in values

\`%(name)s\` stands for a value; \`%%\` is a percent sign. Numbers can be formatted: \`%(process_num)02d\`.

| name | value |
| --- | --- |
| \`ENV_X\` | the environment variable X: ours, then \`environment\` of [supervisord], then the program's own |
| \`ENV_X:-text\` | the same, or \`text\` when X is not set or empty (tsupervisor 0.1) |
| \`here\` | the directory of the configuration file |
| \`host_node_name\` | the host's name |
| \`program_name\`, \`group_name\` | the program, and the group that it is in |
| \`process_num\`, \`numprocs\` | the number of the process, and how many there are |

The column *names* below says which of them an option may use; each level has those above it as well.
`;

const SCOPES: Readonly<Record<Scope, string>> = {
  raw: 'all',
  environment: 'ENV_X',
  here: 'here',
  host: 'host_node_name',
  program: 'program_name',
  process: 'process_num',
};

const escapeCell = (text: string): string => text.replaceAll('|', String.raw`\|`);

function defaultOf({ default: value, required }: Option<unknown>): string {
  if (required !== undefined) return '*required*';
  if (typeof value === 'object') return `as \`${value.sameAs}\``;
  return value === undefined || value === '' ? 'none' : `\`${escapeCell(value)}\``;
}

function docOf({ doc, example, activeNow }: Option<unknown>): string {
  const shown = example === undefined ? '' : ` Example: \`${escapeCell(example)}\`.`;
  return `${escapeCell(doc)}${shown}${activeNow === false ? ' *No effect.*' : ''}`;
}

const row = (name: string, option: Option<unknown>): string =>
  `| \`${name}\` | ${escapeCell(option.type.expects)} | ${defaultOf(option)} | ${SCOPES[option.scope]} | ${option.since ?? 'supervisor 3.0'} | ${docOf(option)} |`;

function ownOptions(
  { prefix, schema }: SectionKind,
  program: Section,
): readonly (readonly [string, Option<unknown>])[] {
  const isDerived = prefix === 'eventlistener' || prefix === 'fcgi-program';
  return Object.entries(schema).filter(([name, option]) => !isDerived || program[name] !== option);
}

function section(kind: SectionKind, program: Section): string {
  const { prefix, isNamed, isLoose, doc } = kind;
  const title = `[${prefix}${isNamed ? ':x' : ''}]`;
  const more = isLoose ? ` \`[${prefix}:x]\` is one more.` : '';
  const rows = ownOptions(kind, program).map(([name, option]) => row(name, option));
  const head = ['| option | value | default | names | since | |', '| --- | --- | --- | --- | --- | --- |'];
  return [`## ${title}`, '', `${doc}${more}`, '', ...head, ...rows, ''].join('\n');
}

function configuration(): string {
  const program = SECTIONS.find(({ prefix }) => prefix === 'program')?.schema ?? {};
  return [intro, ...SECTIONS.map((kind) => section(kind, program))].join('\n');
}

/** Every document by its path, and what makes it. */
const DOCUMENTS: ReadonlyMap<string, () => string> = new Map([
  ['docs/CONFIGURATION.md', configuration],
  ['docs/CTL.md', renderCtlDoc],
  ['docs/EVENTS.md', eventsDocument],
  ['docs/RPC.md', rpcDocument],
  ['docs/STATES.md', statesDocument],
]);

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const isCheck = process.argv.includes('--check');

for (const [path, make] of DOCUMENTS) {
  const file = join(root, path);
  const text = make();
  if (read(file) === text) continue;
  if (isCheck) {
    console.error(`cannot accept ${path}: it is not what the tables say; run ./scripts/node scripts/docs.ts`);
    process.exitCode = 1;
  } else writeFileSync(file, text);
}
