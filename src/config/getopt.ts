/** getopt(3) as Python has it, with Python's messages. */

/** An argument as it was given. */
export interface Argument {
  /** The option as Supervisor's messages name it: `-e` or `--loglevel`. */
  readonly flag: string;
  readonly text: string;
}

/** One option of a program. */
export interface Switch {
  readonly short?: string;
  readonly long?: string;
  readonly takesValue: boolean;
  /** What it sets, in the program's words. */
  readonly sets: string;
  readonly doc: string;
}

/** Words that make no sense; the message is Python's or Supervisor's. */
export class UsageError extends Error {}

/** One option as it was given. */
export interface Given extends Argument {
  readonly sets: string;
}

/** Where reading an argument ends: the options in it, and whether the next argument was taken as a value. */
interface Taken {
  readonly given: readonly Given[];
  readonly tookNext: boolean;
}

type Switches = readonly Switch[];

function findLong(name: string, switches: Switches): Switch {
  const exact = switches.find(({ long }) => long === name);
  if (exact) return exact;
  const near = switches.filter(({ long }) => long?.startsWith(name));
  const [only] = near;
  if (only === undefined) throw new UsageError(`option --${name} not recognized`);
  if (near.length > 1) throw new UsageError(`option --${name} not a unique prefix`);
  return only;
}

function takeLong(argument: string, next: string | undefined, switches: Switches): Taken {
  const equals = argument.indexOf('=');
  const found = findLong(argument.slice(2, equals === -1 ? undefined : equals), switches);
  const name = `--${found.long}`;
  const inline = equals === -1 ? undefined : argument.slice(equals + 1);
  if (!found.takesValue) {
    if (inline !== undefined) throw new UsageError(`option ${name} must not have an argument`);
    return { given: [{ flag: name, text: 'true', sets: found.sets }], tookNext: false };
  }
  const text = inline ?? next;
  if (text === undefined) throw new UsageError(`option ${name} requires argument`);
  return { given: [{ flag: name, text, sets: found.sets }], tookNext: inline === undefined };
}

/** A cluster such as `-nsc/x`: flags, then at most one option with a value. */
function takeCluster(letters: string, next: string | undefined, switches: Switches): Taken {
  const letter = letters.charAt(0);
  const found = switches.find(({ short }) => short === letter);
  if (found === undefined) throw new UsageError(`option -${letter} not recognized`);
  const rest = letters.slice(1);
  const name = `-${letter}`;
  if (!found.takesValue) {
    const others = rest === '' ? { given: [], tookNext: false } : takeCluster(rest, next, switches);
    return { ...others, given: [{ flag: name, text: 'true', sets: found.sets }, ...others.given] };
  }
  const text = rest === '' ? next : rest;
  if (text === undefined) throw new UsageError(`option ${name} requires argument`);
  return { given: [{ flag: name, text, sets: found.sets }], tookNext: rest === '' };
}

/**
 * Reads options up to the first word that is none; `rest` starts with it.
 *
 * @throws UsageError
 */
export function takeOptions(
  argv: readonly string[],
  switches: Switches,
): {
  readonly given: readonly Given[];
  readonly rest: readonly string[];
} {
  const given: Given[] = [];
  let index = 0;
  for (; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (argument === '--' || argument === '-' || !argument.startsWith('-')) break;
    const next = argv[index + 1];
    const taken = argument.startsWith('--')
      ? takeLong(argument, next, switches)
      : takeCluster(argument.slice(1), next, switches);
    given.push(...taken.given);
    if (taken.tookNext) index += 1;
  }
  return { given, rest: argv.slice(index) };
}
