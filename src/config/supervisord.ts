import { posix } from 'node:path';
import { type CommandLineValues } from './command-line.ts';
import { mergeEnvironments, readEnvFiles } from './env-files.ts';
import { isDirectory, type Host } from './host.ts';
import { type IniSection } from './ini-file.ts';
import { SUPERVISORD, type SupervisordOptions } from './options-supervisord.ts';
import { absolutePath } from './paths.ts';
import { type Place, wholeFile } from './place.ts';
import { type SupervisordValues } from './plan.ts';
import { positiveDuration } from './extension-datatypes.ts';
import { optionalDuration } from './program-datatypes.ts';
import { pythonRepr } from './python-text.ts';
import { defaultsOf, plainContext, readOptions, report, type Reading } from './reading.ts';
import { type Option } from './schema.ts';
import { ValueError } from './value-error.ts';

const commandLinePlace = wholeFile('command line');

const OPTIONS: ReadonlyMap<string, Option<unknown>> = new Map(Object.entries(SUPERVISORD));

/** Reads one option of the command line. undefined: it cannot be used, which is reported. */
function readArgument(
  reading: Reading,
  name: string,
  { flag, text }: { readonly flag: string; readonly text: string },
): unknown {
  const type = OPTIONS.get(name)?.type;
  try {
    return type?.parse(text, reading.host);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const cause = error.message === '' ? `expected ${type?.expects}` : error.message;
    report(reading, commandLinePlace, {
      message: `cannot use ${flag} ${text}: ${cause}`,
      // Supervisor looks users up when it has read the configuration, and says no more then.
      supervisor:
        name === 'user'
          ? error.supervisor
          : `invalid value for ${flag} ${pythonRepr(text)}: ${error.supervisor}`,
    });
    return undefined;
  }
}

/** The values of the command line, which are stronger than those of the file. */
function readArguments(reading: Reading, { options }: CommandLineValues): Partial<SupervisordOptions> {
  const values: Record<string, unknown> = {};
  for (const [name, argument] of options) {
    const value = readArgument(reading, name, argument);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

const DIRECTORIES = ['TMPDIR', 'TEMP', 'TMP'] as const;

/** Python's `tempfile.gettempdir`, without its attempts to write. */
function temporaryDirectory(host: Host): string {
  const named = DIRECTORIES.map((name) => host.environment.get(name) ?? '');
  const found = [...named, '/tmp', '/var/tmp', '/usr/tmp'].find(
    (path) => path !== '' && isDirectory(host, path),
  );
  return posix.resolve(host.cwd, found ?? host.cwd);
}

const BUDGET = 'TSUPERVISOR_SHUTDOWN_TIMEOUT';

/** $TSUPERVISOR_SHUTDOWN_TIMEOUT, which is stronger than the file. */
function readBudget(reading: Reading): { readonly shutdown_timeout?: number } {
  const text = reading.host.environment.get(BUDGET);
  if (text === undefined || text === '') return {};
  try {
    return { shutdown_timeout: optionalDuration.parse(text, reading.host) };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    report(reading, wholeFile('environment'), {
      severity: 'warning',
      message: `cannot use ${BUDGET} = ${text}: expected ${positiveDuration.expects}`,
    });
    return {};
  }
}

function withUsableUser(reading: Reading, values: SupervisordOptions, place: Place): SupervisordOptions {
  const { user } = values;
  const { uid } = reading.host;
  if (user === undefined || uid === 0 || uid === user.uid) return values;
  report(reading, place, {
    severity: 'warning',
    message: `cannot become ${user.name ?? user.uid}: we are uid ${uid}, not root; we stay who we are`,
    suggestion: 'run the container as root, or remove the option',
  });
  return { ...values, user: undefined };
}

/** What only the whole of the section tells. */
function complete(
  reading: Reading,
  values: SupervisordOptions,
  section: IniSection | undefined,
): SupervisordValues {
  const { childlogdir, logfile, pidfile } = values;
  const { host } = reading;
  const place = section?.entries.get('user')?.place ?? commandLinePlace;
  return {
    ...withUsableUser(reading, values, place),
    childlogdir: childlogdir === undefined ? temporaryDirectory(host) : absolutePath(childlogdir, host),
    logfile: logfile.kind === 'file' ? { ...logfile, path: absolutePath(logfile.path, host) } : logfile,
    pidfile: pidfile === undefined ? undefined : absolutePath(pidfile, host),
  };
}

/** Reads [supervisord]; undefined: there is none, and the defaults hold. */
export function readSupervisord(
  reading: Reading,
  section: IniSection | undefined,
  commandLine: CommandLineValues,
): SupervisordValues {
  const written = section
    ? readOptions(SUPERVISORD, plainContext(reading, section))
    : defaultsOf(SUPERVISORD);
  const place = section?.entries.get('env_file')?.place ?? commandLinePlace;
  const environment = mergeEnvironments(readEnvFiles(reading, written.env_file, place), written.environment);
  const values = { ...written, environment, ...readArguments(reading, commandLine), ...readBudget(reading) };
  return complete(reading, values, section);
}
