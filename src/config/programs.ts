import { type Environment, parseEnvironment } from './environment-list.ts';
import { mergeEnvironments, readEnvFiles } from './env-files.ts';
import { expand } from './expand.ts';
import { type Entry, type IniSection } from './ini-file.ts';
import { type LogDestination } from './log-destination.ts';
import { namesFor, type NameSource } from './names.ts';
import { PROGRAM, type ProgramValues } from './options-sections.ts';
import { type Inherited, type ProcessPlan, type SupervisordValues } from './plan.ts';
import { parseName } from './program-datatypes.ts';
import { type Option } from './schema.ts';
import {
  isPerProcess,
  readChosen,
  readOptions,
  report,
  reportValue,
  sectionSuffix,
  type OptionContext,
  type Reading,
} from './reading.ts';

/** More processes than a machine has pids. */
const maxProcesses = 100_000;

/** What all processes of a section share. */
interface Program {
  readonly context: OptionContext;
  readonly name: string;
  readonly group: string;
  readonly shared: ProgramValues;
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

function ownEnvironment(
  program: Program,
  names: NameSource,
  deferred: Readonly<Record<string, unknown>>,
): Environment {
  const { reading, section } = program.context;
  const paths = [deferred['env_file'], program.shared.env_file].find(Array.isArray) ?? [];
  const entry = section.entries.get('environment');
  const given = tryOption(program, 'environment', entry, (text) =>
    parseEnvironment(expand(text, namesFor('process', names), 'environment')),
  );
  if (paths.length === 0) return given ?? new Map();
  const place = section.entries.get('env_file')?.place ?? section.header;
  return mergeEnvironments(readEnvFiles(reading, paths.map(String), place), given ?? new Map());
}

function processName(program: Program, names: NameSource): string {
  const { entries } = program.context.section;
  const entry = entries.get('process_name');
  const name = tryOption(program, 'process_name', entry ?? undefined, (text) =>
    expand(parseName(text), namesFor('process', names), 'process_name'),
  );
  return name ?? program.name;
}

const isEnvFile = (option: Option<unknown>): boolean => option === PROGRAM.env_file;

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
  const files = readChosen(
    PROGRAM,
    { ...context, names },
    (option, entry) => isPerProcess(option, entry) && isEnvFile(option),
  );
  const own = ownEnvironment(program, names, files);
  const allNames = { ...names, environments: [...names.environments, own] };
  const later = readChosen(PROGRAM, { ...context, names: allNames }, isPerProcess);
  const values = Object.keys(later).length === 0 ? shared : { ...shared, ...later };
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

const isFile = ({ kind }: LogDestination): boolean => kind === 'file';

type Logs = Pick<ProgramValues, 'stdout_logfile' | 'stdout_syslog' | 'stderr_logfile' | 'stderr_syslog'>;

function logsOf(context: OptionContext, values: ProgramValues): Logs {
  const out = withoutSyslog(context, values.stdout_logfile, 'stdout');
  const error = withoutSyslog(context, values.stderr_logfile, 'stderr');
  warnAboutRollover(context, values);
  if (values.redirect_stderr && error.destinations.some(isFile))
    context.reading.log({
      level: 'WARN',
      text: `For [${context.section.name}], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored`,
    });
  return {
    stdout_logfile: out.destinations,
    stdout_syslog: values.stdout_syslog || out.isSyslog,
    stderr_logfile: values.redirect_stderr ? [{ kind: 'none' }] : error.destinations,
    stderr_syslog: values.stderr_syslog || error.isSyslog,
  };
}

/** `logfile = syslog` is an old way to write `syslog = true`. */
function withoutSyslog(
  context: OptionContext,
  destinations: readonly LogDestination[],
  stream: 'stdout' | 'stderr',
) {
  const rest = destinations.filter(({ kind }) => kind !== 'syslog');
  const isSyslog = rest.length < destinations.length;
  if (isSyslog && destinations.length === 1)
    context.reading.log({
      level: 'WARN',
      text: `For [${context.section.name}], ${stream}_logfile=syslog but this is deprecated and will be removed.  Use ${stream}_syslog=true to enable syslog instead.`,
    });
  return { isSyslog, destinations: rest.length === 0 ? ([{ kind: 'none' }] as const) : rest };
}

function warnAboutRollover({ reading, section }: OptionContext, values: ProgramValues): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const isAuto = values[`${stream}_logfile`].some(({ kind }) => kind === 'auto');
    if (isAuto && values[`${stream}_logfile_maxbytes`] === 0)
      reading.log({
        level: 'WARN',
        text: `For [${section.name}], AUTO logging used for ${stream}_logfile without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally`,
      });
  }
}

/** What the options of a program must have to do with each other. */
function checkTogether({ context, shared }: Program): void {
  const { reading, section, suffix } = context;
  const placeOf = (name: string) => section.entries.get(name)?.place ?? section.header;
  const text = section.entries.get('process_name')?.text ?? '';
  if (shared.numprocs > 1 && !text.includes('%(process_num)'))
    report(reading, placeOf('numprocs'), {
      message: `cannot use numprocs = ${shared.numprocs}: process_name does not contain %(process_num)`,
      supervisor: `%(process_num) must be present within process_name when numprocs > 1${suffix}`,
      suggestion: 'add process_name = %(program_name)s_%(process_num)02d',
    });
  if (shared.stopasgroup && !shared.killasgroup)
    report(reading, placeOf('killasgroup'), {
      message: 'cannot use killasgroup = false: stopasgroup is true',
      supervisor: `Cannot set stopasgroup=true and killasgroup=false${suffix}`,
      suggestion: 'remove killasgroup; it is true when stopasgroup is',
    });
  if (shared.numprocs > maxProcesses)
    report(reading, placeOf('numprocs'), {
      message: `cannot use numprocs = ${shared.numprocs}: at most ${maxProcesses} are possible`,
    });
}

function checkUser({ reading, section }: OptionContext, values: ProgramValues): ProgramValues {
  const { user } = values;
  const { uid } = reading.host;
  if (user === undefined || uid === 0 || uid === user.uid) return values;
  const entry = section.entries.get('user');
  report(reading, entry?.place ?? section.header, {
    severity: 'warning',
    message: `cannot run [${section.name}] as ${entry?.text ?? user.uid}: we are uid ${uid}, not root; it runs as we are`,
    suggestion: 'run the container as root, or remove the option',
  });
  return { ...values, user: undefined };
}

/** Source: Python's comparison of ProcessConfig: priority, then name. */
const byPriorityAndName = (a: ProcessPlan, b: ProcessPlan): number =>
  a.priority - b.priority || (a.name < b.name ? -1 : Number(a.name > b.name));

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
  const read = readOptions(
    PROGRAM,
    context,
    (option, entry) => option.scope !== 'raw' && !isPerProcess(option, entry),
  );
  const shared = checkUser(context, read);
  const program = { context, name, group: owner.group, shared };
  checkTogether(program);
  const count = Math.min(Math.max(shared.numprocs, 0), maxProcesses);
  const numbers = Array.from({ length: count }, (_, index) => shared.numprocs_start + index);
  return numbers.map((number) => readProcess(program, number, owner.supervisord)).toSorted(byPriorityAndName);
}
