/**
 * AUTO log files: made by us in childlogdir, one for each process and stream, and removed at the next start.
 *
 * Behaviour: Supervisor 4.3, options.py (mktempfile, clear_autochildlogdir); the identifier is taken literally, only
 * names that end as ours do are removed, and none that belongs to an instance that is running.
 */
import { closeSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { openElsewhere } from './open-elsewhere.ts';

/** Who owns the files, and where they are. */
export interface AutoLogsOptions {
  readonly directory: string;
  /** [supervisord] identifier. */
  readonly identifier: string;
  /** Is told of what could not be removed or made. */
  readonly warn: (message: string) => void;
}

/** Random characters for a name. They need not be secret: a file or link that is there already is never opened. */
const randomCharacters = (count: number): string =>
  Math.random()
    .toString(36)
    .slice(2, 2 + count)
    .padEnd(count, '0');

/** So many characters at the beginning of the random part are the same for all files of one instance. */
const instanceCharacters = 4;

const attempts = 100;

/** The AUTO logs of one plan. */
export class AutoLogs {
  readonly #options: AutoLogsOptions;
  readonly #paths = new Map<string, string>();
  readonly #instance = randomCharacters(instanceCharacters);

  constructor(options: AutoLogsOptions) {
    this.#options = options;
  }

  /** The file of one stream of a process; made, empty and for our eyes only, when it is first asked for. */
  pathOf(
    { group, name }: { readonly group: string; readonly name: string },
    stream: 'stdout' | 'stderr',
  ): string {
    const key = `${group}:${name} ${stream}`;
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const path = this.#make(`${name}-${stream}`);
    this.#paths.set(key, path);
    return path;
  }

  /** Removes what an earlier run has left behind. */
  clear(): void {
    const { directory, warn } = this.#options;
    for (const name of this.#leftBehind()) {
      try {
        unlinkSync(join(directory, name));
      } catch {
        warn(`Failed to clean up '${join(directory, name)}'`);
      }
    }
  }

  /** An instance that has one of its files open, in which its programs write, may have others that wait for a start. */
  #leftBehind(): readonly string[] {
    const names = this.#names().filter((name) => this.#instanceOf(name) !== undefined);
    if (names.length === 0) return names;
    const open = Array.from(openElsewhere(this.#options.directory));
    const running = new Set(open.map((name) => this.#instanceOf(name)));
    return names.filter((name) => !running.has(this.#instanceOf(name)));
  }

  /** The instance that has made a file; undefined: the file is none of ours. */
  #instanceOf(name: string): string | undefined {
    const rest = name.split(`---${this.#options.identifier}-`).at(1);
    if (rest === undefined || !/^\S{8}\.log(\.\d{1,4}(\.gz)?|\.gz\.tmp)?$/.test(rest)) return undefined;
    return rest.slice(0, instanceCharacters);
  }

  #randomName(): string {
    return this.#instance + randomCharacters(8 - instanceCharacters);
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#options.directory);
    } catch {
      this.#options.warn('Could not clear childlog dir');
      return [];
    }
  }

  #make(start: string): string {
    const { directory, identifier } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const path = join(directory, `${start}---${identifier}-${this.#randomName()}.log`);
      try {
        closeSync(openSync(path, 'wx', 0o600));
        return path;
      } catch (error) {
        // Any other failure is told by the spawn, which opens the same path.
        if (!isTaken(error) || attempt === attempts) return path;
      }
    }
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';
