import { posix } from 'node:path';
import { type CommandLineValues } from './command-line.ts';
import { readGroups } from './groups.ts';
import { type Host } from './host.ts';
import { type IniFile, type IniSection } from './ini-file.ts';
import { readFiles } from './include.ts';
import { type NameSource } from './names.ts';
import { type Diagnostic, diagnosticAt, tidyDiagnostics, wholeFile } from './place.ts';
import { type Plan } from './plan.ts';
import { type ParseMessage, type Reading } from './reading.ts';
import { findConfiguration } from './search-path.ts';
import { readRpcInterfaces, readServers, serverUrlOf } from './servers.ts';
import { readSupervisord } from './supervisord.ts';
import { reportUnknown } from './unknown.ts';
import { reportDependencies } from './dependencies.ts';

/** What to load. */
export interface LoadRequest {
  /** -c, else $TSUPERVISOR_CONFIG; undefined: search where Supervisor does. */
  readonly file: string | undefined;
  /** Our own name as it was typed: two of the places to search are beside it. */
  readonly argv0: string;
  readonly commandLine: CommandLineValues;
}

/** What loading came to. */
export interface Loaded {
  /** undefined: there is an error among the diagnostics. */
  readonly plan: Plan | undefined;
  /** What could be read, also with errors: what cannot be used has its default, and what is missing is undefined. */
  readonly draft: Plan | undefined;
  /** By file and line. */
  readonly diagnostics: readonly Diagnostic[];
  /** What Supervisor prints after `Error: `: it stops at the first error. undefined: there is none. */
  readonly supervisorError: string | undefined;
  /** What was read, for checks that want to name a line. */
  readonly ini: IniFile;
  /** For the activity log, all CRIT first, then WARN, then INFO. */
  readonly messages: readonly ParseMessage[];
}

const LEVELS = ['CRIT', 'WARN', 'INFO'];

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

/** Collects what the parts of the loader report. */
function collector() {
  const diagnostics: Diagnostic[] = [];
  const messages: ParseMessage[] = [];
  const hasErrors = (): boolean => diagnostics.some(isError);
  return {
    hasErrors,
    report: (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic),
    log: (message: ParseMessage): void => void messages.push(message),
    loaded: (plan: Plan, ini: IniFile): Loaded => ({
      ini,
      plan: hasErrors() ? undefined : plan,
      draft: plan,
      diagnostics: tidyDiagnostics(diagnostics),
      supervisorError: diagnostics.find(isError)?.supervisor,
      messages: messages.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level)),
    }),
  };
}

const nothing: IniFile = { sections: new Map(), badLines: [], oddities: [] };

const failed = (diagnostic: Diagnostic): Loaded => ({
  plan: undefined,
  draft: undefined,
  diagnostics: [diagnostic],
  supervisorError: diagnostic.supervisor,
  ini: nothing,
  messages: [],
});

/** `[DEFAULT]`: its options are seen in every section, below the section's own. */
function withDefaults(ini: IniFile): IniFile {
  const defaults = ini.sections.get('DEFAULT');
  const sections = new Map(ini.sections);
  sections.delete('DEFAULT');
  if (defaults === undefined) return { ...ini, sections };
  for (const [name, section] of sections)
    sections.set(name, { ...section, entries: new Map([...defaults.entries, ...section.entries]) });
  return { ...ini, sections };
}

function noSupervisord(file: string): Diagnostic {
  return diagnosticAt(wholeFile(file), {
    message: `cannot use ${file}: there is no [supervisord] section`,
    supervisor: '.ini file does not include supervisord section',
    suggestion: 'add a line [supervisord]; it may be empty',
  });
}

/** Reads all sections. @param names what is known before [supervisord] is read */
function readPlan(reading: Reading, file: string | undefined, commandLine: CommandLineValues): Plan {
  const section: IniSection | undefined = reading.ini.sections.get('supervisord');
  const supervisord = readSupervisord(reading, section, commandLine);
  const { environment } = supervisord;
  const names = { ...reading.names, environments: [...reading.names.environments, environment] };
  const inner = { ...reading, names };
  const rpcInterfaces = readRpcInterfaces(inner);
  const groups = readGroups(inner, supervisord);
  const servers = readServers(inner);
  return { file, supervisord, groups, servers, serverUrl: serverUrlOf(servers), rpcInterfaces };
}

const directoryOf = (file: string, host: Host): string => posix.dirname(posix.resolve(host.cwd, file));

/** Answers again what was asked before. */
function remember<Q, A>(ask: (question: Q) => A): (question: Q) => A {
  const known = new Map<Q, A>();
  return (question) => {
    const answer = known.get(question) ?? ask(question);
    known.set(question, answer);
    return answer;
  };
}

/** Programs ask for the same directories and users again and again. */
function withMemory(host: Host): Host {
  const groups = new Map<string, readonly number[]>();
  return {
    ...host,
    stat: remember(host.stat),
    findUser: remember(host.findUser),
    findGroup: remember(host.findGroup),
    groupsOf: (name, gid) => {
      const found = groups.get(`${name}:${gid}`) ?? host.groupsOf(name, gid);
      groups.set(`${name}:${gid}`, found);
      return found;
    },
  };
}

function loadFile(file: string, commandLine: CommandLineValues, machine: Host): Loaded {
  const host = withMemory(machine);
  const { report, log, hasErrors, loaded } = collector();
  const here = directoryOf(file, host);
  const names: NameSource = { here, nodename: host.nodename, environments: [host.environment] };
  const files = readFiles(file, { host, names, report, log });
  const reading = { ini: withDefaults(files), host, names, report, log };
  if (!files.sections.has('supervisord') && !hasErrors()) report(noSupervisord(file));
  reportUnknown(files, report);
  const plan = readPlan(reading, file, commandLine);
  reportDependencies(plan, reading);
  return loaded(plan, reading.ini);
}

/** Reads a configuration and reports every problem in it. Nothing is thrown for what a file may hold. */
export function loadPlan(request: LoadRequest, host: Host): Loaded {
  const found = findConfiguration(request, host);
  return found.kind === 'found' ? loadFile(found.file, request.commandLine, host) : failed(found.diagnostic);
}

/** The plan of `-- CMD` without a configuration: no programs, no servers. */
export function emptyPlan(commandLine: CommandLineValues, host: Host): Loaded {
  const { report, log, loaded } = collector();
  const names: NameSource = { here: host.cwd, nodename: host.nodename, environments: [host.environment] };
  return loaded(readPlan({ ini: nothing, host, names, report, log }, undefined, commandLine), nothing);
}
