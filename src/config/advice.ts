/**
 * What a configuration may say and probably does not mean. Each piece of advice looks at the whole plan; only `check`
 * gives it, the daemon runs the plan as it is.
 */
import { splitCommand, resolveCommand } from './command.ts';
import { type Host, isDirectory } from './host.ts';
import { type IniFile, type IniSection } from './ini-file.ts';
import { type Diagnostic, diagnosticAt, type Place, type Problem } from './place.ts';
import { type Plan, type ProcessPlan } from './plan.ts';
import { posix } from 'node:path';

interface Subject {
  readonly plan: Plan;
  readonly ini: IniFile;
  readonly host: Host;
}

type Advice = (subject: Subject) => readonly Diagnostic[];

const warn = (place: Place, problem: Problem): Diagnostic =>
  diagnosticAt(place, { ...problem, severity: 'warning' });

const sectionOf = ({ ini }: Subject, { section }: ProcessPlan): IniSection | undefined =>
  [...ini.sections.values()].find(({ header }) => header === section);

/** Where an option of a process stands, else its section. */
const placeOf = (subject: Subject, process: ProcessPlan, option: string): Place =>
  sectionOf(subject, process)?.entries.get(option)?.place ?? process.section;

/** It is missing in the plan of a configuration with errors. */
function hasCommand({ command }: ProcessPlan): boolean {
  const written: string | undefined = command;
  return written !== undefined;
}

/** One process for each section: the others say the same. */
function programs({ plan }: Subject): readonly ProcessPlan[] {
  const bySection = new Map<Place, ProcessPlan>();
  for (const { processes } of plan.groups)
    for (const process of processes)
      if (!bySection.has(process.section) && hasCommand(process)) bySection.set(process.section, process);
  return [...bySection.values()];
}

/** Advice about one program, for every program. */
const perProgram =
  (advise: (process: ProcessPlan, subject: Subject) => readonly Diagnostic[]): Advice =>
  (subject) =>
    programs(subject).flatMap((process) => advise(process, subject));

const hasOpenQuote = (text: string): boolean => splitCommand(text).kind === 'problem';

/** A comment starts at a ; or # after a blank, even between quotation marks. */
const cutCommands = perProgram((process, subject) => {
  const place = placeOf(subject, process, 'command');
  const rest = place.source.slice(place.column - 1 + process.command.length);
  const cut = /^\s+(?<mark>[;#])/.exec(rest)?.groups?.['mark'];
  if (cut === undefined || !hasOpenQuote(process.command)) return [];
  return [
    warn(place, {
      message: `cannot use all of command: it ends before the ${cut} that follows a blank`,
      suggestion: cut === ';' ? 'remove the blank before it' : 'put the command into a script file',
    }),
  ];
});

const missingCommands = perProgram((process, subject) => {
  const words = splitCommand(process.command);
  const path = process.environment.get('PATH') ?? subject.host.environment.get('PATH');
  const found = words.kind === 'problem' ? words : resolveCommand(words.words, path, subject.host);
  if (found.kind === 'path') return [];
  return [
    warn(placeOf(subject, process, 'command'), {
      message: `cannot start ${process.name}: ${found.message}`,
      suggestion: found.fault === 'NO_FILE' ? 'install it, or give its full path' : undefined,
    }),
  ];
});

const missingDirectories = perProgram((process, subject) => {
  const { directory } = process;
  if (directory === undefined || isDirectory(subject.host, posix.resolve(subject.host.cwd, directory)))
    return [];
  return [
    warn(placeOf(subject, process, 'directory'), {
      message: `cannot start ${process.name} in ${directory}: there is no such directory`,
      suggestion: 'make it in the image, or mount it',
    }),
  ];
});

const isDevice = (path: string): boolean => path.startsWith('/dev/') || path.startsWith('/proc/self/fd/');

const rotatedDevices = perProgram((process, subject) =>
  (['stdout', 'stderr'] as const).flatMap((stream) => {
    const device = process[`${stream}_logfile`].find((log) => log.kind === 'file' && isDevice(log.path));
    if (device?.kind !== 'file' || process[`${stream}_logfile_maxbytes`] === 0) return [];
    return [
      warn(placeOf(subject, process, `${stream}_logfile`), {
        message: `cannot rotate ${device.path}: it is not a file`,
        suggestion: `add ${stream}_logfile_maxbytes = 0`,
      }),
    ];
  }),
);

const ignoredStderr = perProgram((process, subject) => {
  const section = sectionOf(subject, process);
  const entry = section?.entries.get('stderr_logfile');
  if (!process.redirect_stderr || entry === undefined) return [];
  return [
    warn(entry.place, {
      message: 'cannot use stderr_logfile: redirect_stderr sends standard error where standard output goes',
      suggestion: 'remove one of the two',
    }),
  ];
});

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh']);

/** The script of `sh -c SCRIPT` where the shell stays and waits for more than one command. */
function shellScript(command: string): string | undefined {
  const split = splitCommand(command);
  const [shell = '', option = '', script = ''] = split.kind === 'words' ? split.words : [];
  const isShell = SHELLS.has(posix.basename(shell)) && /^-[a-z]*c$/.test(option);
  return isShell && /[;&|\n]/.test(script) && !/\bexec\b/.test(script) ? script : undefined;
}

/** The signal goes to the shell, which dies or ignores it, and what it started goes on. */
const deafShells = perProgram((process, subject) => {
  if (process.stopasgroup || shellScript(process.command) === undefined) return [];
  return [
    warn(placeOf(subject, process, 'command'), {
      message: `cannot stop all of ${process.name}: the signal goes to the shell, not to what it started`,
      suggestion: 'put exec before the last command of the script, or add stopasgroup = true',
    }),
  ];
});

const openSecrets = perProgram((process, subject) =>
  process.secrets.flatMap(({ path }) => {
    const status = subject.host.stat(path);
    const place = placeOf(subject, process, 'secrets');
    if (status === undefined) return [warn(place, { message: `cannot read ${path}: there is no such file` })];
    if ((status.mode & 0o004) === 0) return [];
    return [
      warn(place, {
        message: `cannot keep ${path} secret: everybody may read it`,
        suggestion: `chmod o-r ${path}`,
      }),
    ];
  }),
);

/** How long Docker and Compose wait before they kill; Kubernetes waits 30 s. */
const dockerMs = 10_000;

/** The longest that stopping all can take: rank after rank, within a rank at once. */
function longestStopMs({ groups }: Plan): number {
  const byRank = new Map<number, number>();
  for (const { priority, processes } of groups)
    for (const { stopsignal, stopwaitsecs } of processes)
      byRank.set(priority, Math.max(byRank.get(priority) ?? 0, stopsignal.length * stopwaitsecs));
  return [...byRank.values()].reduce((sum, ms) => sum + ms, 0);
}

const inSeconds = (ms: number): string => `${ms / 1000} s`;

const slowStop: Advice = ({ plan, ini }) => {
  const { shutdown_timeout: budgetMs } = plan.supervisord;
  const ms = longestStopMs(plan);
  const section = ini.sections.get('supervisord');
  if (section === undefined || ms <= Math.min(budgetMs, dockerMs) || budgetMs < dockerMs) return [];
  const limit = Number.isFinite(budgetMs)
    ? `shutdown_timeout is ${inSeconds(budgetMs)}`
    : 'Docker kills after 10 s';
  if (Number.isFinite(budgetMs) && ms <= budgetMs) return [];
  return [
    warn(section.entries.get('shutdown_timeout')?.place ?? section.header, {
      message: `cannot stop everything in time: it may take ${inSeconds(ms)}, and ${limit}`,
      suggestion: 'lower stopwaitsecs, set shutdown_timeout = 9, or raise stop_grace_period of the container',
    }),
  ];
};

const ADVICE: readonly Advice[] = [
  cutCommands,
  missingCommands,
  missingDirectories,
  rotatedDevices,
  ignoredStderr,
  deafShells,
  openSecrets,
  slowStop,
];

/** Everything that `check` has to say about a plan, also about what could be read of one with errors. */
export const advise = (subject: Subject): readonly Diagnostic[] =>
  ADVICE.flatMap((advice) => advice(subject));
