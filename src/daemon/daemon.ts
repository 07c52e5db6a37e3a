/**
 * Puts a plan to work: its processes, its activity log, its signals; and, after a restart, the next plan.
 */
import { type Host } from '../config/host.ts';
import { type Plan } from '../config/plan.ts';
import { type ActivityLog, createActivityLog } from '../activity/activity-log.ts';
import { type EndCause } from '../core/supervisor-machine.ts';
import { monotonicMs } from '../linux/clock.ts';
import { growPipe } from '../linux/descriptors.ts';
import { becomeSubreaper, watchChildren } from '../linux/reap.ts';
import { signalName } from '../linux/signals.ts';
import { OutputPlane } from '../output/output-plane.ts';
import { type SinkReport } from '../output/sink.ts';
import { activityDestinations, type LineDestination } from './activity-destinations.ts';
import { AutoLogs } from './auto-logs.ts';
import { type Ending, lastLine, terminationMessage, writeTerminationLog } from './last-words.ts';
import { forwardSignal, superviseMainCommand } from './main-command.ts';
import { makeGroup } from './make-processes.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { supervisorPolicy } from './policy.ts';
import { performSignal } from './perform-signal.ts';
import { reactToSignal } from './react-to-signal.ts';
import { type Supervised } from './supervised.ts';
import { Supervisor } from './supervisor.ts';

/** A line for the activity log, at Supervisor's level. */
export interface Message {
  readonly level: 'CRIT' | 'ERRO' | 'WARN' | 'INFO';
  readonly text: string;
}

/** A plan, and what is to be said of it in the activity log. */
export interface LoadedPlan {
  readonly plan: Plan;
  readonly messages: readonly Message[];
}

/** What the daemon is started with. */
export interface DaemonOptions {
  readonly loaded: LoadedPlan;
  /** The words after `--`. */
  readonly mainCommand: readonly string[] | undefined;
  /** Only errors are logged: a lone command speaks for itself. */
  readonly isQuiet: boolean;
  readonly host: Host;
  /** Reads the configuration again; without a plan: why it cannot be used. */
  readonly reload: () => LoadedPlan | { readonly plan: undefined; readonly messages: readonly Message[] };
  /** Ends this process. */
  readonly leave: (exitCode: number) => void;
}

/** A pipe that turns out to be too small is made this large. */
const pipeBytes = 1024 * 1024;

/** How long the end waits for readers of our output that have stopped reading. */
const flushMs = 5000;

const terminationLogPath = '/dev/termination-log';

/** The running tsupervisor. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #startedAtMs = monotonicMs();
  readonly #plane: OutputPlane;
  #loaded: LoadedPlan;
  #activity: ActivityLog;
  #destinations: readonly LineDestination[] = [];
  #main: Supervised | undefined;
  #supervisor: Supervisor;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    this.#plane = new OutputPlane({
      // Later: the sink that reports is in the middle of its work, and may be that of the activity log.
      report: (report) => queueMicrotask(() => this.#tellSink(report)),
      growPipe: (fd) => void growPipe(fd, pipeBytes),
      mayColour: options.host.environment.get('NO_COLOR') === undefined,
    });
    this.#activity = this.#openActivity();
    this.#supervisor = this.#makeSupervisor();
  }

  /** Starts everything. Signals that came before are taken now. */
  begin(): void {
    if (process.pid !== 1) becomeSubreaper();
    watchChildren((dead) => this.#supervisor.reaped(dead));
    this.#announceStart();
    this.#supervisor.begin();
  }

  /** Takes a signal that was sent to us. */
  takeSignal(signal: number): void {
    const main = this.#main;
    if (main !== undefined && 'pid' in main.state) return forwardSignal(main, signal);
    reactToSignal(signalName(signal), {
      activity: this.#activity,
      supervisor: this.#supervisor,
      restart: () => this.restart(),
      reopenLogs: () => this.reopenLogs(),
    });
  }

  /** Stops everything and begins anew with the configuration as it is now; a broken one changes nothing. */
  restart(): void {
    const next = this.#options.reload();
    this.#tell(next.messages);
    if (next.plan === undefined) {
      this.#activity.error('cannot restart: the configuration has errors; everything runs on as before');
      return;
    }
    this.#loaded = next;
    this.#supervisor.post({ type: 'restartRequested' });
  }

  /** Reopens the activity log and every process log by their paths (SIGUSR2, for logrotate). */
  reopenLogs(): void {
    this.#plane.reopenAll();
  }

  /** An exception that nobody caught: PID 1 goes on (its programs would die with it). */
  survive(error: Error): void {
    this.#activity.critical(`uncaught exception: ${error.stack ?? error.message}`);
  }

  #openActivity(): ActivityLog {
    const { supervisord } = this.#loaded.plan;
    const { destinations, problem } = activityDestinations(supervisord, this.#plane);
    this.#destinations = destinations;
    const activity = createActivityLog({
      level: this.#options.isQuiet ? 'error' : supervisord.loglevel,
      format: supervisord.logformat,
      write: (line) => {
        for (const destination of this.#destinations) destination.write(line);
      },
    });
    if (problem !== undefined) activity.error(`${problem}; the activity log goes to stderr`);
    return activity;
  }

  #makeSupervisor(): Supervisor {
    const { plan } = this.#loaded;
    const { mainCommand, host } = this.#options;
    const autoLogs = new AutoLogs({
      directory: plan.supervisord.childlogdir,
      identifier: plan.supervisord.identifier,
      warn: (message) => this.#activity.warn(message),
    });
    if (usesAutoLogs(plan) && !plan.supervisord.nocleanup) autoLogs.clear();
    const warn = (message: string): void => this.#activity.warn(message);
    const workshop = { plan, plane: this.#plane, autoLogs, host, serverUrl: plan.serverUrl, warn };
    const processes = plan.groups.flatMap((group) => makeGroup(group, workshop));
    this.#plane.setNames(processes.map(({ name }) => name));
    this.#main =
      mainCommand === undefined
        ? undefined
        : superviseMainCommand({ argv: mainCommand, environment: host.environment, host });
    const all = this.#main === undefined ? processes : [...processes, this.#main];
    return new Supervisor(all, supervisorPolicy(plan, this.#main?.namespec), {
      activity: this.#activity,
      now: monotonicMs,
      nameOfSignal: signalName,
      signal: (process, effect) => performSignal(this.#activity, process, effect),
      exit: (outcome) => void this.#finish(outcome),
      restart: () => this.#beginAnew(),
    });
  }

  #announceStart(): void {
    this.#tell(this.#loaded.messages);
    const { pidfile } = this.#loaded.plan.supervisord;
    if (pidfile !== undefined && !writePidFile(pidfile)) {
      this.#activity.critical(`could not write pidfile ${pidfile}`);
      return;
    }
    this.#activity.info(`supervisord started with pid ${process.pid}`);
  }

  #tell(messages: readonly Message[]): void {
    for (const { level, text } of messages) this.#activity[methodOf[level]](text);
  }

  #tellSink(report: SinkReport): void {
    if (report.type === 'recovered')
      this.#activity.warn(`${report.sink} takes output again; ${report.lostBytes} bytes were lost`);
    else if (report.type === 'failed')
      this.#activity.error(
        `cannot ${report.syscall} ${report.sink}: ${report.code}; output to it is lost until it works again`,
      );
    else this.#activity.error(`cannot rotate ${report.sink}: ${report.code}; it grows further`);
  }

  #beginAnew(): void {
    for (const { body } of this.#supervisor.members.values()) body.program?.output.close();
    for (const destination of this.#destinations) destination.close();
    this.#activity = this.#openActivity();
    this.#supervisor = this.#makeSupervisor();
    this.#announceStart();
    this.#supervisor.begin();
  }

  /** The last output first, then the last line, then the end. */
  async #finish({ exitCode, cause }: { readonly exitCode: number; readonly cause: EndCause }): Promise<void> {
    await this.#drainAll();
    await this.#activity.ready();
    const culprit = 'namespec' in cause ? this.#supervisor.members.get(cause.namespec ?? '') : this.#main;
    const upMs = monotonicMs() - this.#startedAtMs;
    const ending: Ending = { cause, exitCode, culprit, upMs, nameOfSignal: signalName };
    if (this.#hasLastLine(culprit)) this.#plane.writeLine('stderr', `${lastLine(ending)}\n`);
    writeTerminationLog(terminationMessage(ending, culprit?.body.stderrTail() ?? ''), terminationLogPath);
    await this.#plane.flush(flushMs);
    removePidFile(this.#loaded.plan.supervisord.pidfile);
    this.#options.leave(exitCode);
  }

  /** A lone command speaks for itself, unless it could not be executed. */
  #hasLastLine(culprit: Supervised | undefined): boolean {
    return !this.#options.isQuiet || culprit?.state.name === 'FATAL';
  }

  async #drainAll(): Promise<void> {
    const outputs = [...this.#supervisor.members.values()].flatMap(({ body }) => body.program?.output ?? []);
    await Promise.all(outputs.map((output) => new Promise<void>((resolve) => output.drained(resolve))));
    await this.#plane.flush(flushMs);
  }
}

const methodOf = { CRIT: 'critical', ERRO: 'error', WARN: 'warn', INFO: 'info' } as const;

const usesAutoLogs = ({ groups }: Plan): boolean =>
  groups.some(({ processes }) =>
    processes.some(({ stdout_logfile: stdout, stderr_logfile: stderr }) =>
      [...stdout, ...stderr].some(({ kind }) => kind === 'auto'),
    ),
  );
