/** `tsupervisor ctl`, also called `supervisorctl`: the client, with the config file that it reads. */
import { dirname } from 'node:path/posix';
import { type Host } from '../config/host.ts';
import { readFiles } from '../config/include.ts';
import { type IniFile, type IniSection } from '../config/ini-file.ts';
import { type NameSource } from '../config/names.ts';
import { SUPERVISORCTL } from '../config/options-sections.ts';
import { absolutePath } from '../config/paths.ts';
import { type Diagnostic } from '../config/place.ts';
import { plainContext, readOptions, type Reading } from '../config/reading.ts';
import { findConfiguration } from '../config/search-path.ts';
import { runCtl } from '../ctl/run.ts';
import { type CtlIo } from '../ctl/client.ts';
import { type CtlConfig, type CtlConfigRead } from '../ctl/settings.ts';
import { namedConfiguration } from './configuration-file.ts';
import { thisMachine } from './machine.ts';

const hostFor = ({ env }: CtlIo): Host => ({
  ...thisMachine(),
  environment: new Map(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ),
});

/** `[DEFAULT]` is seen in every section, below the section's own options. */
function sectionOf({ sections }: IniFile): IniSection | undefined {
  const section = sections.get('supervisorctl');
  const defaults = sections.get('DEFAULT');
  if (section === undefined || defaults === undefined) return section;
  return { ...section, entries: new Map([...defaults.entries, ...section.entries]) };
}

const unixScheme = 'unix://';

/** The path of a unix URL is made absolute, as Supervisor does. */
function absoluteUrl(serverurl: string, host: Host): string {
  if (!serverurl.startsWith(unixScheme)) return serverurl;
  return unixScheme + absolutePath(serverurl.slice(unixScheme.length), host);
}

function readSection(reading: Reading, section: IniSection): CtlConfig {
  const { host } = reading;
  const values = readOptions(SUPERVISORCTL, plainContext(reading, section));
  return {
    ...values,
    serverurl: values.serverurl === undefined ? undefined : absoluteUrl(values.serverurl, host),
    // An empty value means none.
    history_file: values.history_file ? absolutePath(values.history_file, host) : undefined,
  };
}

/** The sections that the client looks at: it starts sooner when it reads nothing else of a hundred programs. */
const sections: ReadonlySet<string> = new Set(['supervisorctl', 'include', 'DEFAULT']);
const wants = (section: string): boolean => sections.has(section);

/** Reads one file, and what it includes: only `[supervisorctl]` matters, a mistake in a program does not. */
function readFile(file: string, host: Host): CtlConfigRead {
  const errors: Diagnostic[] = [];
  const names: NameSource = {
    here: dirname(absolutePath(file, host)),
    nodename: host.nodename,
    environments: [host.environment],
  };
  const report = (diagnostic: Diagnostic): void => {
    if (diagnostic.severity === 'error') errors.push(diagnostic);
  };
  const files = { host, names, report, log: () => undefined, wants };
  const ini = readFiles(file, files);
  const section = sectionOf(ini);
  const config = section === undefined ? undefined : readSection({ ...files, ini }, section);
  const [error] = errors;
  if (error !== undefined) return { kind: 'error', error: error.supervisor ?? error.message };
  return config === undefined ? { kind: 'noSection' } : { kind: 'read', config };
}

/** -c, else $TSUPERVISOR_CONFIG, else the first of Supervisor's places where there is a file. */
function readCtlConfig(path: string | undefined, io: CtlIo): CtlConfigRead {
  const host = hostFor(io);
  const file = namedConfiguration(path, host.environment);
  const found = findConfiguration({ file, argv0: io.progname ?? '' }, host);
  if (found.kind === 'found') return readFile(found.file, host);
  if (file === undefined) return { kind: 'noFile' };
  return { kind: 'error', error: found.diagnostic.supervisor ?? found.diagnostic.message };
}

/**
 * Runs the client; `process` is an `io`.
 *
 * @param argv the words after `tsupervisor ctl`
 * @returns the exit code
 */
export const ctl = (argv: readonly string[], io: CtlIo): Promise<number> =>
  runCtl(argv, io, (path) => readCtlConfig(path, io));
