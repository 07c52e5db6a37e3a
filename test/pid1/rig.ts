import { readFileSync } from 'node:fs';
import { Pid1, type Pid1Options } from '../support/pid1.ts';
import { tsupervisor } from '../support/paths.ts';
import { Scratch } from '../support/scratch.ts';
import { Stage } from '../support/stage.ts';
import { waitFor } from '../support/wait-for.ts';

/** The options of one section, as they are written. */
export type Options = Readonly<Record<string, string | number | boolean>>;

/** One section of a config file. */
export function section(name: string, options: Options = {}): string {
  const lines = Object.entries(options).map(([option, value]) => `${option}=${value}\n`);
  return `[${name}]\n${lines.join('')}`;
}

/** A [program:x] section. */
export const program = (name: string, options: Options): string => section(`program:${name}`, options);

/** A [supervisord] section. */
export const settings = (options: Options): string => section('supervisord', options);

/** A scratch folder and a stage for puppets, with a short way from sections to a running PID 1. */
export class Rig implements AsyncDisposable {
  readonly scratch: Scratch;
  readonly stage: Stage;
  #scripts = 0;

  private constructor(scratch: Scratch, stage: Stage) {
    this.scratch = scratch;
    this.stage = stage;
  }

  /** Makes the folder and opens the stage. */
  static async open(): Promise<Rig> {
    const scratch = new Scratch();
    return new Rig(scratch, await Stage.open(scratch));
  }

  /** A `command=` that runs these lines of shell; they may hold anything, also quotes and `%`. */
  sh(text: string): string {
    this.#scripts++;
    return this.scratch.write(`script-${this.#scripts}.sh`, `#!/bin/sh\n${text}\n`, 0o755);
  }

  /** A [program:x] section that runs the puppet of its name and is RUNNING as soon as it is spawned. */
  puppet(name: string, options: Options = {}): string {
    return program(name, { command: this.stage.command(name), startsecs: 0, ...options });
  }

  /** Writes a config file. A [supervisord] section is added where there is none. Returns its path. */
  config(sections: readonly string[], name = 'supervisord.conf'): string {
    const isComplete = sections.some((text) => text.startsWith('[supervisord]'));
    return this.scratch.write(
      name,
      (isComplete ? sections : [section('supervisord'), ...sections]).join('\n'),
    );
  }

  /** Starts the executable as PID 1 with these sections. */
  supervise(sections: readonly string[], options: Pid1Options = {}): Pid1 {
    return new Pid1([tsupervisor, '-c', this.config(sections)], options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
    await this.scratch[Symbol.asyncDispose]();
  }
}

/** `tsupervisor -- CMD` as PID 1, without a config. */
export const command = (argv: readonly string[], options: Pid1Options = {}): Pid1 =>
  new Pid1([tsupervisor, '--', ...argv], options);

/** Asks for the end as `docker stop` does. Resolves with the exit code. */
export async function stop(init: Pid1): Promise<number | undefined> {
  await init.signal('SIGTERM');
  return (await init.exit()).code;
}

/** So many looks, a few milliseconds apart, tell a pipe that stays full from one that is full for a moment. */
const looksCount = 40;

/** Resolves when a program cannot write any more and tsupervisor neither reads nor writes: nothing has moved for long. */
export async function stuck(
  init: Pid1,
  { writer, own }: { readonly writer: number; readonly own: number },
): Promise<void> {
  const wchan = await init.path(`/proc/${writer}/wchan`);
  const io = await init.path(`/proc/${own}/io`);
  let [before, equalCount] = ['', 0];
  await waitFor('a program that cannot write any more', () => {
    const now = readFileSync(wchan, 'utf8') + readFileSync(io, 'utf8');
    equalCount = now === before && now.includes('pipe_write') ? equalCount + 1 : 0;
    before = now;
    return equalCount >= looksCount;
  });
}

/** The form of an activity line: time, level, message. */
export const activityLine = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?<said>[A-Z]{4} .*)$/;

/** The activity log so far: level and message of each line, with `N` for every pid. */
export const activityOf = (init: Pid1): readonly string[] => saidIn(init.stderr.all);

/** The activity lines among these lines: level and message, with `N` for every pid. */
export function saidIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const said = activityLine.exec(line)?.groups?.['said'];
    return said === undefined ? [] : [said.replaceAll(/\bpid \d+/g, 'pid N').replaceAll(/ \(\d+\)/g, ' (N)')];
  });
}

/** What one program wrote to the container's stdout so far, in the prefix format. */
export const outputOf = (init: Pid1, name: string): readonly string[] => {
  const prefix = new RegExp(`^${name} +\\| `);
  return init.stdout.all.filter((line) => prefix.test(line)).map((line) => line.replace(prefix, ''));
};

/** An argv that changes the machine by a line of shell, inside the namespace, and then becomes the given one. */
export const after = (shell: string, argv: readonly string[]): readonly string[] => [
  '/bin/sh',
  '-ec',
  `${shell}\nexec "$@"`,
  'sh',
  ...argv,
];

/** An argv that runs as another user, without supplementary groups. */
export const asUser = (uid: number, gid: number, argv: readonly string[]): readonly string[] => [
  'setpriv',
  `--reuid=${uid}`,
  `--regid=${gid}`,
  '--clear-groups',
  ...argv,
];

/** A JSON object, as text, as a record. @throws Error when it is something else */
export function objectIn(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null)
    throw new Error(`cannot use ${text}: it is no JSON object`);
  return Object.fromEntries(Object.entries(value));
}
