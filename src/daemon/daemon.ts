/**
 * Puts a plan to work: its processes, its activity log, its signals; and, after a restart, the next plan.
 */
import { writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type OpenServer } from '../api/server.ts';
import { type Host } from '../config/host.ts';
import { type Plan } from '../config/plan.ts';
import { type ActivityLog, createActivityLog } from '../activity/activity-log.ts';
import { type EndCause } from '../core/supervisor-machine.ts';
import { monotonicMs } from '../linux/clock.ts';
import { growPipe } from '../linux/descriptors.ts';
import { becomeSubreaper, watchChildren } from '../linux/reap.ts';
import { signalName } from '../linux/signals.ts';
import { EventBus } from '../events/bus.ts';
import { OutputPlane } from '../output/output-plane.ts';
import { type SinkReport } from '../output/sink.ts';
import { activityDestinations, type LineDestination } from './activity-destinations.ts';
import { AutoLogs } from './auto-logs.ts';
import { DaemonControl } from './control.ts';
import { activityControl } from './control-activity.ts';
import { eventControl } from './control-events.ts';
import {
  describeListenError,
  openServers,
  type ServerRequest,
  serversOf,
  serverUrlOf,
} from './control-servers.ts';
import { Events } from './events.ts';
import { type Ending, lastLine, terminationMessage, writeTerminationLog } from './last-words.ts';
import { forwardSignal, superviseMainCommand } from './main-command.ts';
import { makeGroup, type Workshop } from './make-processes.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { supervisorPolicy } from './policy.ts';
import { performSignal } from './perform-signal.ts';
import { reactToSignal } from './react-to-signal.ts';
import { type Supervised } from './supervised.ts';
import { Supervisor } from './supervisor.ts';
import { Syslog } from './syslog.ts';

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

/** Why there is no plan. */
export interface NoPlan {
  readonly plan: undefined;
  readonly messages: readonly Message[];
  /** The first error in Supervisor's words. */
  readonly problem: string;
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
  readonly reload: () => LoadedPlan | NoPlan;
  /** The Server header of our HTTP servers. */
  readonly serverName: string;
  /** Ends this process. */
  readonly leave: (exitCode: number) => void;
}

/** A pipe that turns out to be too small is made this large. */
const pipeBytes = 1024 * 1024;

/** How long the end waits for readers of our output that have stopped reading: half of what `docker stop` grants. */
const flushMs = 5000;

/** How long it waits, after that, for the reader of the last line. */
const lastLineMs = 1000;

/** Exit code of wrong usage, and of servers that cannot be opened (Supervisor: 2). */
const usageExitCode = 2;

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
  readonly #bus = new EventBus();
  // Later: as for the plane below.
  readonly #syslog = new Syslog((report) => queueMicrotask(() => this.#tellSink(report)));
  readonly #events = new Events({
    bus: this.#bus,
    activity: () => this.#activity,
    identifier: () => this.#loaded.plan.supervisord.identifier,
  });
  #requests: readonly ServerRequest[] = [];
  #workshop: Workshop;
  #supervisor: Supervisor;
  #control: DaemonControl;
  #servers: Promise<readonly OpenServer[]> = Promise.resolve([]);

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
    this.#workshop = this.#makeWorkshop();
    this.#supervisor = this.#makeSupervisor();
    this.#control = this.#makeControl();
  }

  /** Starts everything. Signals that came before are taken now. */
  begin(): void {
    if (process.pid !== 1) becomeSubreaper();
    watchChildren((dead) => this.#supervisor.reaped(dead));
    this.#servers = this.#openServers();
    // Servers that somebody asked for must be there before anything runs; the default socket may come later.
    if (this.#loaded.plan.servers.length === 0) return this.#start();
    this.#servers.then(
      () => this.#start(),
      (error: unknown) => this.#refuse(error),
    );
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
  restart(): string | undefined {
    const next = this.#options.reload();
    this.#tell(next.messages);
    if (next.plan === undefined) {
      this.#activity.error('cannot restart: the configuration has errors; everything runs on as before');
      return next.problem;
    }
    this.#loaded = next;
    this.#supervisor.post({ type: 'restartRequested' });
    return undefined;
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
    const { destinations, problem } = activityDestinations(supervisord, this.#plane, this.#syslog);
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

  #start(): void {
    if (this.#supervisor.isStopping) return;
    this.#announceStart();
    this.#events.begin(this.#supervisor);
    this.#supervisor.begin();
  }

  /** As wrong usage: nothing has been started. */
  #refuse(error: unknown): void {
    writeSync(2, describeListenError(error, process.argv0));
    this.#options.leave(usageExitCode);
  }

  #openServers(): Promise<readonly OpenServer[]> {
    const { serverName } = this.#options;
    return openServers(this.#requests, {
      control: () => this.#control,
      activity: this.#activity,
      routes: [],
      serverName,
    });
  }

  async #closeServers(): Promise<void> {
    const servers = await this.#servers.catch(() => []);
    await Promise.all(servers.map((server) => server.close()));
  }

  #makeControl(): DaemonControl {
    const workshop = this.#workshop;
    const { plan } = this.#loaded;
    return new DaemonControl({
      ...workshop,
      plan,
      supervisor: this.#supervisor,
      activity: this.#activity,
      makeGroup: (group) => makeGroup(group, workshop),
      readPlan: () => this.#reread(),
      restart: () => this.restart(),
      ...activityControl(plan.supervisord, this.#activity, () => this.#destinations),
      ...eventControl(this.#bus),
      namesChanged: (names) => this.#plane.setNames(names),
    });
  }

  #reread(): Plan | { readonly problem: string } {
    const read = this.#options.reload();
    this.#tell(read.messages);
    return read.plan ?? { problem: read.problem };
  }

  #makeWorkshop(): Workshop {
    const { plan } = this.#loaded;
    const { host } = this.#options;
    this.#requests = serversOf(plan);
    const warn = (message: string): void => this.#activity.warn(message);
    const tell = (message: string): void => this.#activity.info(message);
    const { childlogdir: directory, identifier, nocleanup } = plan.supervisord;
    const autoLogs = new AutoLogs({ directory, identifier, warn });
    if (usesAutoLogs(plan) && !nocleanup) autoLogs.clear();
    return {
      plan,
      plane: this.#plane,
      autoLogs,
      host,
      serverUrl: serverUrlOf(plan, this.#requests),
      warn,
      tell,
      events: this.#events,
      syslog: this.#syslog,
    };
  }

  #makeSupervisor(): Supervisor {
    const { plan } = this.#loaded;
    const { mainCommand, host } = this.#options;
    const processes = plan.groups.flatMap((group) => {
      const made = makeGroup(group, this.#workshop);
      this.#bus.post({ type: 'PROCESS_GROUP_ADDED', group: group.name });
      return made;
    });
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
      beforeStop: (process, stop) => this.#events.beforeStop(process, stop),
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
    const before = this.#requests;
    this.#events.end();
    this.#workshop = this.#makeWorkshop();
    this.#supervisor = this.#makeSupervisor();
    this.#control = this.#makeControl();
    // Servers that stay as they were stay open: no client meets a closed door.
    if (!isDeepStrictEqual(before, this.#requests)) this.#servers = this.#replaceServers();
    this.#announceStart();
    this.#events.begin(this.#supervisor);
    this.#supervisor.begin();
  }

  /** Programs are stopped already: a server that cannot be opened now must not end the rest. */
  async #replaceServers(): Promise<readonly OpenServer[]> {
    await this.#closeServers();
    try {
      return await this.#openServers();
    } catch (error) {
      this.#activity.error(String(error));
      return [];
    }
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
    await Promise.all([this.#plane.flush(lastLineMs), this.#syslog.flush(lastLineMs)]);
    await this.#closeServers();
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
    await this.#plane.flush(Math.min(flushMs, this.#loaded.plan.supervisord.shutdown_timeout));
  }
}

const methodOf = { CRIT: 'critical', ERRO: 'error', WARN: 'warn', INFO: 'info' } as const;

const usesAutoLogs = ({ groups }: Plan): boolean =>
  groups.some(({ processes }) =>
    processes.some(({ stdout_logfile: stdout, stderr_logfile: stderr }) =>
      [...stdout, ...stderr].some(({ kind }) => kind === 'auto'),
    ),
  );
