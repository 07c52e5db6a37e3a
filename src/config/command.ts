import { posix } from 'node:path';
import { type Host } from './host.ts';
import { pythonRepr } from './python-text.ts';
import { splitWords } from './words.ts';

/** Why a command cannot be run, in Supervisor's words (`spawnerr`), and the fault of startProcess. */
export interface CommandProblem {
  readonly kind: 'problem';
  readonly fault: 'NO_FILE' | 'NOT_EXECUTABLE';
  readonly message: string;
}

/** A command as words. */
export interface CommandWords {
  readonly kind: 'words';
  readonly words: readonly [string, ...string[]];
}

/** The file that a command names. */
export interface CommandPath {
  readonly kind: 'path';
  /** As it is given to execve(2): relative ones belong to our working directory. */
  readonly path: string;
}

const problem = (fault: CommandProblem['fault'], message: string): CommandProblem => ({
  kind: 'problem',
  fault,
  message,
});

/** Splits a command as a shell would; no variables, patterns or pipes. Source: Python's `shlex.split`. */
export function splitCommand(text: string): CommandWords | CommandProblem {
  const split = splitWords(text);
  if (split.kind === 'problem')
    return problem('NOT_EXECUTABLE', `can't parse command ${pythonRepr(text)}: ${split.message}`);
  const [first, ...rest] = split.words;
  return first === undefined
    ? problem('NOT_EXECUTABLE', 'command is empty')
    : { kind: 'words', words: [first, ...rest] };
}

const defaultPath = '/bin:/usr/bin:/usr/local/bin';

/** The first entry of PATH that has the name, be it a directory. undefined: none has. */
function searchCommand(name: string, path: string, host: Host): string | undefined {
  return path
    .split(':')
    .map((directory) => (directory === '' ? name : posix.join(directory, name)))
    .find((candidate) => host.stat(candidate) !== undefined);
}

function checkCommand(path: string, host: Host): CommandPath | CommandProblem {
  const status = host.stat(path);
  const shown = pythonRepr(path);
  if (status === undefined) return problem('NO_FILE', `can't find command ${shown}`);
  if (status.isDirectory) return problem('NOT_EXECUTABLE', `command at ${shown} is a directory`);
  if ((status.mode & 0o111) === 0) return problem('NOT_EXECUTABLE', `command at ${shown} is not executable`);
  if (!host.isExecutable(path)) return problem('NOT_EXECUTABLE', `no permission to run command ${shown}`);
  return { kind: 'path', path };
}

/**
 * Finds the file of a command. With a slash it is used as it is; else PATH is searched, and the first entry that
 * exists is used, whatever it is.
 *
 * Source: supervisor/process.py 4.2.5, get_execv_args, and supervisor/options.py, check_execv_args.
 *
 * @param path PATH of the program's environment; undefined: Supervisor's default
 */
export function resolveCommand(
  words: CommandWords['words'],
  path: string | undefined,
  host: Host,
): CommandPath | CommandProblem {
  const [name] = words;
  if (name.includes('/')) return checkCommand(name, host);
  return checkCommand(searchCommand(name, path ?? defaultPath, host) ?? name, host);
}
