import { type Argument, type Given, type Switch, takeOptions, UsageError } from './getopt.ts';
import { type Datatype } from './datatype.ts';
import { emptyHost } from './host.ts';
import { SUPERVISORD } from './options-supervisord.ts';
import { pythonRepr } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** What supervisord's options said. */
export interface CommandLineValues {
  /** -c. */
  readonly configuration: string | undefined;
  /** For options of [supervisord]: the text given, `true` for flags. */
  readonly options: ReadonlyMap<string, Argument>;
}

/** What the command line asks for. */
export type CommandLine =
  | {
      readonly kind: 'supervise';
      readonly values: CommandLineValues;
      /** What stands after `--`; undefined: there is no `--`. */
      readonly command: readonly string[] | undefined;
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'usage'; readonly message: string };

const flag = { takesValue: false } as const;
const value = { takesValue: true } as const;

/** supervisord's options in the order of its help. Source: supervisor/options.py 4.2.5, ServerOptions.__init__. */
export const SWITCHES: readonly Switch[] = [
  { ...value, short: 'c', long: 'configuration', sets: 'configuration', doc: 'read this configuration file' },
  { ...flag, short: 'n', long: 'nodaemon', sets: 'nodaemon', doc: 'stay in the foreground (always so)' },
  {
    ...flag,
    short: 's',
    long: 'silent',
    sets: 'silent',
    doc: 'keep the activity log off our standard streams',
  },
  { ...flag, short: 'h', long: 'help', sets: 'help', doc: 'print this and exit' },
  { ...flag, short: '?', sets: 'help', doc: 'print this and exit' },
  { ...flag, short: 'v', long: 'version', sets: 'version', doc: 'print the version and exit' },
  { ...value, short: 'u', long: 'user', sets: 'user', doc: 'become this user (name or uid) at start' },
  {
    ...value,
    short: 'm',
    long: 'umask',
    sets: 'umask',
    doc: 'accepted, no effect: it belonged to the background process',
  },
  {
    ...value,
    short: 'd',
    long: 'directory',
    sets: 'directory',
    doc: 'accepted, no effect: it belonged to the background process',
  },
  { ...value, short: 'l', long: 'logfile', sets: 'logfile', doc: 'write the activity log to this file' },
  {
    ...value,
    short: 'y',
    long: 'logfile_maxbytes',
    sets: 'logfile_maxbytes',
    doc: 'rotate the activity log file at this size',
  },
  {
    ...value,
    short: 'z',
    long: 'logfile_backups',
    sets: 'logfile_backups',
    doc: 'keep this many rotated activity log files',
  },
  { ...value, short: 'e', long: 'loglevel', sets: 'loglevel', doc: 'log what is at least this severe' },
  { ...value, short: 'j', long: 'pidfile', sets: 'pidfile', doc: 'write our pid to this file' },
  { ...value, short: 'i', long: 'identifier', sets: 'identifier', doc: 'call ourselves so' },
  {
    ...value,
    short: 'q',
    long: 'childlogdir',
    sets: 'childlogdir',
    doc: 'keep AUTO log files in this directory',
  },
  { ...flag, short: 'k', long: 'nocleanup', sets: 'nocleanup', doc: 'keep AUTO log files of an earlier run' },
  {
    ...value,
    short: 'a',
    long: 'minfds',
    sets: 'minfds',
    doc: 'the least number of file descriptors to start with',
  },
  {
    ...flag,
    short: 't',
    long: 'strip_ansi',
    sets: 'strip_ansi',
    doc: "remove ANSI escape sequences from programs' output",
  },
  { ...value, long: 'minprocs', sets: 'minprocs', doc: 'the least number of processes to start with' },
  { ...value, long: 'profile_options', sets: 'profile_options', doc: 'accepted, no effect' },
];

const pythonList = (words: readonly string[]): string => `[${words.map(pythonRepr).join(', ')}]`;

function commandOf([first, ...others]: readonly string[]): readonly string[] | undefined {
  if (first === undefined || first === '--') return first && others;
  throw new UsageError(`positional arguments are not supported: ${pythonList([first, ...others])}`);
}

/** The types that need not ask the machine: their mistakes are found before the configuration is read. */
const CHECKED: ReadonlyMap<string, Datatype<unknown>> = new Map<string, Datatype<unknown>>([
  ['umask', SUPERVISORD.umask.type],
  ['logfile_maxbytes', SUPERVISORD.logfile_maxbytes.type],
  ['logfile_backups', SUPERVISORD.logfile_backups.type],
  ['loglevel', SUPERVISORD.loglevel.type],
  ['minfds', SUPERVISORD.minfds.type],
  ['minprocs', SUPERVISORD.minprocs.type],
]);

function checkValue({ sets, flag: name, text }: Given): void {
  try {
    CHECKED.get(sets)?.parse(text, emptyHost);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new UsageError(`invalid value for ${name} ${pythonRepr(text)}: ${error.supervisor}`);
  }
}

/** Takes the options in order: the first that asks for an answer gets it, the first mistake ends reading. */
function collect(given: readonly Given[]): CommandLineValues | 'help' | 'version' {
  const options = new Map<string, Argument>();
  for (const one of given) {
    const { sets, flag: name, text } = one;
    if (sets === 'help' || sets === 'version') return sets;
    checkValue(one);
    if (options.has(sets)) throw new UsageError(`conflicting command line option ${pythonRepr(name)}`);
    options.set(sets, { flag: name, text });
  }
  const configuration = options.get('configuration')?.text;
  options.delete('configuration');
  options.delete('profile_options');
  return { configuration, options };
}

function read(argv: readonly string[]): CommandLine {
  const { given, rest } = takeOptions(argv, SWITCHES);
  const command = commandOf(rest);
  const values = collect(given);
  return typeof values === 'string' ? { kind: values } : { kind: 'supervise', values, command };
}

/**
 * Reads supervisord's options, and what follows `--`. Values that depend on the machine are
 * checked when the configuration is read.
 *
 * @param argv without the program's own name
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  try {
    return read(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { kind: 'usage', message: error.message };
  }
}

/** A command line without options. */
export const noArguments: CommandLineValues = { configuration: undefined, options: new Map() };
