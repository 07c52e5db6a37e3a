/** The options of the client. Source: Supervisor 4.3.0 options.py, ClientOptions. */
import { getopt, type GivenOption, type OptionSpec, UsageError } from './getopt.ts';
import { repr } from './python-words.ts';
import { isUrl } from './server-url.ts';

/** An option and its line in the help. */
interface CtlOption extends OptionSpec {
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly doc: string;
}

/** Both spellings of the history file: supervisorctl's help names one, and takes the other. */
export const CTL_OPTIONS: readonly CtlOption[] = [
  {
    name: 'configuration',
    short: 'c',
    long: 'configuration',
    takesValue: true,
    value: 'FILE',
    doc: 'the config file; searched for when not given',
  },
  { name: 'help', short: 'h', long: 'help', takesValue: false, doc: 'print this and exit' },
  { name: 'help', short: '?', takesValue: false, doc: 'the same' },
  {
    name: 'interactive',
    short: 'i',
    long: 'interactive',
    takesValue: false,
    doc: 'ask for a password and for confirmation also when a command is given',
  },
  {
    name: 'serverurl',
    short: 's',
    long: 'serverurl',
    takesValue: true,
    value: 'URL',
    doc: 'the server: http://HOST:PORT or unix:///PATH',
  },
  {
    name: 'username',
    short: 'u',
    long: 'username',
    takesValue: true,
    value: 'NAME',
    doc: 'the username for the server',
  },
  {
    name: 'password',
    short: 'p',
    long: 'password',
    takesValue: true,
    value: 'PASSWORD',
    doc: 'the password for the server',
  },
  {
    name: 'history_file',
    short: 'r',
    long: 'history_file',
    takesValue: true,
    value: 'FILE',
    doc: 'where the shell keeps what was typed',
  },
  { name: 'history_file', long: 'history-file', takesValue: true, value: 'FILE', doc: 'the same' },
];

/** The command line, parsed. */
export interface CtlArguments {
  /** Option name → value; '' for an option that takes none. */
  readonly options: ReadonlyMap<string, string>;
  /** The command; none: the shell. */
  readonly words: readonly string[];
}

function check({ name, spelling, value }: GivenOption, before: ReadonlyMap<string, string>): void {
  if (name === 'serverurl' && !isUrl(value))
    throw new UsageError(`invalid value for ${spelling} ${repr(value)}: value ${repr(value)} is not a URL`);
  if (before.has(name)) throw new UsageError(`conflicting command line option ${repr(spelling)}`);
}

/**
 * Reads the command line. What follows `help` is not looked at.
 *
 * @throws UsageError in the words of supervisorctl
 */
export function parseArguments(argv: readonly string[]): CtlArguments {
  const { options: given, words } = getopt(argv, CTL_OPTIONS);
  const options = new Map<string, string>();
  for (const option of given) {
    if (option.name === 'help') return { options: new Map([['help', '']]), words };
    check(option, options);
    options.set(option.name, option.value);
  }
  return { options, words };
}

const spellingOf = ({ short, long, value }: CtlOption): string => {
  const spellings = [short === undefined ? '' : `-${short}`, long === undefined ? '' : `--${long}`];
  return [spellings.filter((spelling) => spelling !== '').join('/'), value ?? ''].join(' ').trimEnd();
};

const optionWidth = 28;

/** What --help prints, without the last line feed. */
export const helpText = (progname: string): string =>
  [
    `Usage: ${progname} [options] [command [arguments]]`,
    '',
    'Controls the processes of a running supervisor. Without a command, asks for commands.',
    '',
    'Options:',
    ...CTL_OPTIONS.map((option) => `  ${spellingOf(option).padEnd(optionWidth)} ${option.doc}`),
    '',
    `"${progname} help" lists the commands, "${progname} help COMMAND" explains one.`,
  ].join('\n');
