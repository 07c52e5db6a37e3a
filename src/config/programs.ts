import { type Environment, parseEnvironment } from './environment-list.ts';
import { mergeEnvironments, readEnvFiles } from './env-files.ts';
import { expand } from './expand.ts';
import { type Entry, type IniSection } from './ini-file.ts';
import { namesFor, type NameSource } from './names.ts';
import { PROGRAM, type ProgramValues } from './options-sections.ts';
import { type Inherited, type ProcessPlan, type SupervisordValues } from './plan.ts';
import { checkTogether, checkUser, maxProcesses } from './program-checks.ts';
import { parseName } from './program-datatypes.ts';
import { logsOf } from './program-logs.ts';
import { type Option } from './schema.ts';
import {
  always,
  isPerProcess,
  readChosen,
  readOptions,
  reportValue,
  sectionSuffix,
  type Choice,
  type OptionContext,
  type Reading,
} from './reading.ts';

/** What all processes of a section share. */
interface Program {
  readonly context: OptionContext;
  readonly name: string;
  readonly group: string;
  readonly shared: ProgramValues;
  /** The options that are read for each process. */
  readonly deferred: ReadonlyMap<string, Entry>;
}

/** The part of a section's name after the first colon. */
export const nameOfSection = ({ name }: IniSection): string => name.slice(name.indexOf(':') + 1);

/** Reads the name of a section; an unusable one is reported. */
export function readSectionName(reading: Reading, section: IniSection): string {
  const text = nameOfSection(section);
  const entry = { text, place: section.header };
  const option = { type: { expects: '', parse: parseName }, scope: 'raw', doc: '' } as const;
  try {
    return parseName(text);
  } catch (error) {
    reportValue(error, { name: `[${section.name}], name`, option }, entry, {
      reading,
      section,
      names: reading.names,
      suffix: '',
    });
    return text;
  }
}

/** Expands and parses one text; what is wrong with it is reported at the option. */
function tryOption<T>(
  program: Program,
  name: string,
  entry: Entry | undefined,
  read: (text: string) => T,
): T | undefined {
  if (entry === undefined) return undefined;
  try {
    return read(entry.text);
  } catch (error) {
    reportValue(error, { name, option: optionOf(name) }, entry, program.context);
    return undefined;
  }
}

const OPTIONS: ReadonlyMap<string, Option<unknown>> = new Map(Object.entries(PROGRAM));

function optionOf(name: string): Option<unknown> {
  const option = OPTIONS.get(name);
  if (option === undefined) throw new Error(`no row for ${name}`);
  return option;
}

/** Reads some of the options that are read for each process. */
function readDeferred(program: Program, names: NameSource, choose: Choice): Partial<ProgramValues> {
  const { context, deferred } = program;
  if (deferred.size === 0) return {};
  return readChosen(
    PROGRAM,
    { ...context, names, section: { ...context.section, entries: deferred } },
    choose,
  );
}

const isEnvFile: Choice = (option) => option === PROGRAM.env_file;

function ownEnvironment(program: Program, names: NameSource): Environment {
  const { reading, section } = program.context;
  const paths = readDeferred(program, names, isEnvFile).env_file ?? program.shared.env_file;
  const entry = section.entries.get('environment');
  const given = tryOption(program, 'environment', entry, (text) =>
    parseEnvironment(expand(text, namesFor('process', names), 'environment')),
  );
  if (paths.length === 0) return given ?? new Map();
  const place = section.entries.get('env_file')?.place ?? section.header;
  return mergeEnvironments(readEnvFiles(reading, paths, place), given ?? new Map());
}

function processName(program: Program, names: NameSource): string {
  const { entries } = program.context.section;
  const entry = entries.get('process_name');
  const name = tryOption(program, 'process_name', entry, (text) =>
    expand(parseName(text), namesFor('process', names), 'process_name'),
  );
  return name ?? program.name;
}

const inherit = (values: ProgramValues, supervisord: SupervisordValues): Inherited => ({
  output_format: values.output_format ?? supervisord.output_format,
  output_multiline: values.output_multiline ?? supervisord.output_multiline,
  tail_bytes: values.tail_bytes ?? supervisord.tail_bytes,
});

function readProcess(program: Program, number: number, supervisord: SupervisordValues): ProcessPlan {
  const { context, shared, group } = program;
  const process = new Map([
    ['process_num', number],
    ['numprocs', shared.numprocs],
  ]);
  const names = { ...context.names, process };
  const own = ownEnvironment(program, names);
  const allNames = { ...names, environments: [...names.environments, own] };
  const later = readDeferred(program, allNames, always);
  const values = program.deferred.size === 0 ? shared : { ...shared, ...later };
  return {
    ...values,
    ...logsOf(context, values),
    ...inherit(values, supervisord),
    environment: mergeEnvironments(supervisord.environment, own),
    name: processName(program, allNames),
    group,
    program: program.name,
    section: context.section.header,
  };
}

/** Source: Python's comparison of ProcessConfig: priority, then name. */
const byPriorityAndName = (a: ProcessPlan, b: ProcessPlan): number =>
  a.priority - b.priority || (a.name < b.name ? -1 : Number(a.name > b.name));

const isShared: Choice = (option, entry) => option.scope !== 'raw' && !isPerProcess(option, entry);

function isDeferred(key: string, entry: Entry): boolean {
  const option = OPTIONS.get(key);
  return option !== undefined && isPerProcess(option, entry);
}

/**
 * Reads the processes of a [program:x] section, or of one that has the same options.
 *
 * @param owner the group that they belong to, and what they have from [supervisord]
 * @returns sorted by priority, then name
 */
export function readProcesses(
  reading: Reading,
  section: IniSection,
  owner: { readonly group: string; readonly supervisord: SupervisordValues },
): readonly ProcessPlan[] {
  const suffix = sectionSuffix(section);
  const name = readSectionName(reading, section);
  const tables = new Map([
    ['program_name', name],
    ['group_name', owner.group],
  ]);
  const context = { reading, section, names: { ...reading.names, program: tables }, suffix };
  const shared = checkUser(context, readOptions(PROGRAM, context, isShared));
  const deferred = new Map([...section.entries].filter(([key, entry]) => isDeferred(key, entry)));
  checkTogether(context, shared);
  const program = { context, name, group: owner.group, shared, deferred };
  const count = Math.min(Math.max(shared.numprocs, 0), maxProcesses);
  const numbers = Array.from({ length: count }, (_, index) => shared.numprocs_start + index);
  return numbers.map((number) => readProcess(program, number, owner.supervisord)).toSorted(byPriorityAndName);
}
