/**
 * `tsupervisor [options] [-- CMD…]`: reads the configuration and supervises, until everything is to end.
 */
import { basename } from 'node:path';
import { type CommandLine, type CommandLineValues, parseCommandLine } from '../config/command-line.ts';
import { type Host } from '../config/host.ts';
import { type Loaded, emptyPlan, loadPlan } from '../config/load.ts';
import { supervisorVersion } from '../core/supervisor-version.ts';
import { Daemon } from '../daemon/daemon.ts';
import { type LoadedPlan } from '../daemon/messages.ts';
import { prepareProcess } from '../daemon/prepare-process.ts';
import { exactWords } from '../linux/own-bytes.ts';
import { nameProcess } from '../linux/process-name.ts';
import { isTerminal } from '../linux/terminal.ts';
import { writeAll } from '../linux/write-all.ts';
import { settleMemory } from '../daemon/settle-memory.ts';
import { forwardableSignals, watchSignals } from '../linux/watch-signals.ts';
import { namedConfiguration } from './configuration-file.ts';
import { toMessages } from './diagnostics.ts';
import { thisMachine } from './machine.ts';
import { usePlainStreams } from './plain-streams.ts';
import { versionText } from './version-text.ts';

/** Exit code of wrong usage and of a configuration that cannot be used (Supervisor: 2). */
const usageExitCode = 2;

/** Keeps the event loop alive, at the price of one wakeup in 24 days: signal handlers alone do not. */
const longestIntervalMs = 2 ** 31 - 1;

type SuperviseLine = Extract<CommandLine, { kind: 'supervise' }>;

/** What is to be run: the configuration that was named, and the words of the main program. */
interface Order {
  readonly values: CommandLineValues;
  readonly file: string | undefined;
  readonly command: readonly [string, ...string[]] | undefined;
}

/** Runs the command line. Returns when everything is started; `leave` is called at the end. */
export function supervise(argv: readonly string[], leave: (exitCode: number) => void): void {
  const line = parseCommandLine(exactWords(argv));
  if (line.kind === 'usage') return refuse([line.message], leave);
  if (line.kind === 'version') return answer(`${versionAs(process.argv0)}\n`, leave);
  if (line.kind === 'help') {
    void import('./help.ts').then(({ helpText }) => answer(helpText(), leave));
    return undefined;
  }
  return start(line, leave);
}

/** Scripts that call `supervisord -v` look for a version of Supervisor. */
const versionAs = (argv0: string): string =>
  basename(argv0) === 'supervisord' ? supervisorVersion : versionText;

function answer(text: string, leave: (exitCode: number) => void): void {
  writeAll(1, text);
  leave(0);
}

/** Supervisor's two lines, with whatever else there is to say between them. */
function refuse(lines: readonly string[], leave: (exitCode: number) => void): void {
  const [first = '', ...rest] = lines;
  writeAll(2, [`Error: ${first}`, ...rest, `For help, use ${process.argv0} -h`, ''].join('\n'));
  leave(usageExitCode);
}

/** Supervisor's two lines, and between them every mistake with its place, its line and a remedy. */
async function refuseConfiguration(
  { supervisorError, diagnostics }: Loaded,
  leave: (exitCode: number) => void,
): Promise<void> {
  const { humanReport, inColour, plain } = await import('./check-report.ts');
  const paint = isTerminal(2) ? inColour : plain;
  refuse([supervisorError ?? '', humanReport(diagnostics, undefined, paint)], leave);
}

function start(line: SuperviseLine, leave: (exitCode: number) => void): void {
  usePlainStreams();
  // Before anything else: PID 1 has no default actions, and a signal now must not be lost.
  let daemon: Daemon | undefined;
  watchSignals(forwardableSignals, (signal) => daemon?.takeSignal(signal));
  setInterval(() => undefined, longestIntervalMs);
  const host = thisMachine();
  const order = orderOf(line, host);
  if (order === undefined) return refuse(['expected a command after --'], leave);
  const load = (): Loaded => loadConfiguration(order, host);
  const loaded = load();
  if (loaded.plan === undefined) return void refuseConfiguration(loaded, leave);
  const prepared = prepareProcess(loaded.plan);
  if (prepared.kind === 'problem') return refuse([prepared.message], leave);
  const done = prepared.messages.map((text) => ({ level: 'INFO', text }) as const);
  daemon = new Daemon({
    loaded: { plan: loaded.plan, messages: [...toMessages(loaded), ...done] },
    mainCommand: order.command,
    isQuiet: loaded.plan.file === undefined && !order.values.options.has('loglevel'),
    host,
    serverName: `tsupervisor/${versionText}`,
    reload: () => {
      const again = load();
      const messages = toMessages(again);
      return again.plan === undefined
        ? { plan: undefined, messages, problem: again.supervisorError ?? '' }
        : ({ plan: again.plan, messages } satisfies LoadedPlan);
    },
    leave,
  });
  process.on('uncaughtException', (error) => daemon?.survive(error));
  daemon.begin();
  nameProcess('tsupervisor');
  settleMemory();
}

/** undefined: there is nothing to run. `-c FILE -- "$@"` may have no words: the configuration says what to run. */
function orderOf({ values, command }: SuperviseLine, host: Host): Order | undefined {
  const file = namedConfiguration(values.configuration, host.environment);
  const [first, ...others] = command ?? [];
  if (first !== undefined) return { values, file, command: [first, ...others] };
  return command === undefined || file !== undefined ? { values, file, command: undefined } : undefined;
}

/** Without -c or $TSUPERVISOR_CONFIG a lone command has no configuration: nothing is searched for. */
function loadConfiguration({ values, file, command }: Order, host: Host): Loaded {
  if (file === undefined && command !== undefined) return emptyPlan(values, host);
  return loadPlan({ file, argv0: process.argv0, commandLine: values }, host);
}
