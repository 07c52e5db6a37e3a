/**
 * The option grammar of supervisorctl: Python's getopt, with its words for errors.
 *
 * Options end at the first other word or at `--`. Short ones cluster (`-iu x`), long ones may be shortened to a prefix
 * that fits one option only. Source: Python 3.11 getopt.getopt, Supervisor 4.3.0 options.py.
 */

/** One option. */
export interface OptionSpec {
  /** What it sets; two options of the same name are two spellings of one. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** Without the dashes. */
  readonly long?: string;
  readonly takesValue: boolean;
}

/** One option as it was given. */
export interface GivenOption {
  readonly name: string;
  /** `-s` or `--serverurl`: the full spelling, for messages. */
  readonly spelling: string;
  /** '' for an option that takes none. */
  readonly value: string;
}

/** The command line cannot be understood; the message is in the words of Python's getopt. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Cursor {
  readonly specs: readonly OptionSpec[];
  readonly words: string[];
}

function valueFor(spelling: string, cursor: Cursor): string {
  const value = cursor.words.shift();
  if (value === undefined) throw new UsageError(`option ${spelling} requires argument`);
  return value;
}

function findLong(given: string, specs: readonly OptionSpec[]): OptionSpec {
  const fitting = specs.filter(({ long }) => long?.startsWith(given));
  const [first] = fitting;
  if (first === undefined) throw new UsageError(`option --${given} not recognized`);
  const exact = fitting.find(({ long }) => long === given);
  if (exact === undefined && new Set(fitting.map(({ name }) => name)).size > 1)
    throw new UsageError(`option --${given} not a unique prefix`);
  return exact ?? first;
}

function takeLong(word: string, cursor: Cursor): GivenOption {
  const at = word.indexOf('=');
  const given = at === -1 ? word.slice(2) : word.slice(2, at);
  const { name, long, takesValue } = findLong(given, cursor.specs);
  const spelling = `--${long ?? given}`;
  if (!takesValue && at !== -1) throw new UsageError(`option ${spelling} must not have an argument`);
  if (!takesValue) return { name, spelling, value: '' };
  return { name, spelling, value: at === -1 ? valueFor(spelling, cursor) : word.slice(at + 1) };
}

function takeShort(word: string, cursor: Cursor): readonly GivenOption[] {
  const given: GivenOption[] = [];
  for (let rest = word.slice(1); rest !== '';) {
    const spelling = `-${rest[0]}`;
    const spec = cursor.specs.find(({ short }) => short === rest[0]);
    if (spec === undefined) throw new UsageError(`option ${spelling} not recognized`);
    rest = rest.slice(1);
    const value = spec.takesValue ? rest || valueFor(spelling, cursor) : '';
    given.push({ name: spec.name, spelling, value });
    if (spec.takesValue) break;
  }
  return given;
}

/**
 * Splits a command line into options and the words after them.
 *
 * @throws UsageError when an option is unknown, ambiguous, or lacks its value
 */
export function getopt(
  argv: readonly string[],
  specs: readonly OptionSpec[],
): { readonly options: readonly GivenOption[]; readonly words: readonly string[] } {
  const cursor: Cursor = { specs, words: [...argv] };
  const options: GivenOption[] = [];
  while (cursor.words[0]?.startsWith('-') === true && cursor.words[0] !== '-') {
    const word = cursor.words.shift() ?? '';
    if (word === '--') break;
    options.push(...(word.startsWith('--') ? [takeLong(word, cursor)] : takeShort(word, cursor)));
  }
  return { options, words: cursor.words };
}
