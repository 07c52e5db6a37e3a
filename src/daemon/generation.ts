/**
 * Everything that one plan is put to work with, from a start to the next restart: the activity log, the processes,
 * the supervisor over them, and what the API may ask of them.
 */
import { type ActivityLog, createActivityLog } from '../activity/activity-log.ts';
import { type Host } from '../config/host.ts';
import { type Plan } from '../config/plan.ts';
import { monotonicMs } from '../linux/clock.ts';
import { signalName } from '../linux/signals.ts';
import { WriteWatchers } from '../output/write-watchers.ts';
import { activityDestinations, type LineDestination } from './activity-destinations.ts';
import { AutoLogs } from './auto-logs.ts';
import { DaemonControl } from './control.ts';
import { activityControl } from './control-activity.ts';
import { eventControl } from './control-events.ts';
import { type ServerRequest, serversOf, serverUrlOf } from './control-servers.ts';
import { DebugOutput } from './debug-output.ts';
import { type Facilities } from './facilities.ts';
import { superviseMainCommand } from './main-command.ts';
import { makeGroup, type Workshop } from './make-processes.ts';
import { type LoadedPlan, tell } from './messages.ts';
import { performSignal } from './perform-signal.ts';
import { writePidFile } from './pid-file.ts';
import { supervisorPolicy } from './policy.ts';
import { type Supervised } from './supervised.ts';
import { Supervisor, type World } from './supervisor.ts';

/** What a generation is made with. */
export interface GenerationOptions {
  readonly loaded: LoadedPlan;
  readonly facilities: Facilities;
  readonly host: Host;
  /** The words after `--`. */
  readonly mainCommand: readonly string[] | undefined;
  /** Only errors are logged. */
  readonly isQuiet: boolean;
  /** Everything has stopped; what comes next. */
  readonly exit: World['exit'];
  readonly restart: World['restart'];
  /** What the API asks of the daemon itself. */
  readonly requests: {
    /** Reads the configuration again. */
    readonly readPlan: () => Plan | { readonly problem: string };
    /** Begins anew; answers why it cannot. */
    readonly restart: () => string | undefined;
  };
}

/** One plan at work. */
export class Generation {
  readonly plan: Plan;
  readonly activity: ActivityLog;
  readonly supervisor: Supervisor;
  readonly control: DaemonControl;
  /** The servers that the plan asks for. */
  readonly serverRequests: readonly ServerRequest[];
  /** The command of `-- CMD`. */
  readonly main: Supervised | undefined;
  readonly #options: GenerationOptions;
  readonly #destinations: readonly LineDestination[];
  /** Told of the lines of the activity log. */
  readonly #writes = new WriteWatchers();

  constructor(options: GenerationOptions) {
    this.#options = options;
    this.plan = options.loaded.plan;
    const { destinations, problem } = activityDestinations(
      this.plan.supervisord,
      options.facilities.plane,
      options.facilities.syslog,
    );
    this.#destinations = destinations;
    this.activity = openActivity(this.plan, (line) => this.#writeLine(line), options.isQuiet);
    const { identifier } = this.plan.supervisord;
    options.facilities.follow({ activity: this.activity, identifier });
    if (problem !== undefined) this.activity.error(`${problem}; the activity log goes to stderr`);
    this.serverRequests = serversOf(this.plan);
    const workshop = this.#makeWorkshop();
    this.main = this.#makeMain();
    this.supervisor = this.#makeSupervisor(workshop);
    this.control = this.#makeControl(workshop);
  }

  /** Starts everything. */
  begin(): void {
    if (this.supervisor.isStopping) return;
    this.#announceStart();
    this.#options.facilities.events.begin(this.supervisor);
    this.supervisor.begin();
  }

  /** Lets go of what the next generation opens anew. Everything has stopped. */
  end(): void {
    for (const { body } of this.supervisor.members.values()) body.program?.output.close();
    // What has been counted only is said while there is somewhere to say it.
    void this.activity.ready();
    for (const destination of this.#destinations) destination.close();
    this.#writes.closed();
    this.#options.facilities.events.end();
  }

  #writeLine(line: string): void {
    for (const destination of this.#destinations) destination.write(line);
    this.#writes.written();
  }

  #announceStart(): void {
    tell(this.activity, this.#options.loaded.messages);
    const { pidfile } = this.plan.supervisord;
    if (pidfile !== undefined && !writePidFile(pidfile))
      this.activity.critical(`could not write pidfile ${pidfile}`);
    else this.activity.info(`supervisord started with pid ${process.pid}`);
  }

  #makeWorkshop(): Workshop {
    const { plan, activity } = this;
    const { host, facilities } = this.#options;
    const warn = (message: string): void => activity.warn(message);
    const { plane } = facilities;
    const { childlogdir: directory, identifier, nocleanup } = plan.supervisord;
    const autoLogs = new AutoLogs({ directory, identifier, warn });
    if (usesAutoLogs(plan) && !nocleanup) autoLogs.clear();
    return {
      ...facilities,
      plan,
      autoLogs,
      host,
      serverUrl: serverUrlOf(plan, this.serverRequests),
      warn,
      tell: (message) => activity.info(message),
      show: activity.isEnabled('debug')
        ? (name, stream) => new DebugOutput({ activity, sinks: [plane.stderr, plane.stdout], name, stream })
        : undefined,
    };
  }

  #makeMain(): Supervised | undefined {
    const { mainCommand: argv, host } = this.#options;
    return argv && superviseMainCommand({ argv, environment: host.environment, host });
  }

  #makeProcesses(workshop: Workshop): readonly Supervised[] {
    const { plane, bus } = this.#options.facilities;
    const processes = this.plan.groups.flatMap((group) => {
      const made = makeGroup(group, workshop);
      bus.post({ type: 'PROCESS_GROUP_ADDED', group: group.name });
      return made;
    });
    plane.setNames(processes.map(({ name }) => name));
    return this.main === undefined ? processes : [...processes, this.main];
  }

  #makeSupervisor(workshop: Workshop): Supervisor {
    const { activity, plan } = this;
    const { facilities, exit, restart } = this.#options;
    return new Supervisor(this.#makeProcesses(workshop), supervisorPolicy(plan, this.main?.namespec), {
      activity,
      now: monotonicMs,
      nameOfSignal: signalName,
      signal: (process, effect) => performSignal(activity, process, effect),
      beforeStop: (process, stop) => facilities.events.beforeStop(process, stop),
      exit,
      restart,
    });
  }

  #makeControl(workshop: Workshop): DaemonControl {
    const { plan, activity, supervisor } = this;
    const { facilities, requests } = this.#options;
    return new DaemonControl({
      ...workshop,
      ...requests,
      plan,
      supervisor,
      activity,
      makeGroup: (group) => makeGroup(group, workshop),
      ...activityControl({
        supervisord: plan.supervisord,
        activity,
        destinations: this.#destinations,
        writes: this.#writes,
      }),
      ...eventControl(facilities.bus),
      namesChanged: (names) => facilities.plane.setNames(names),
    });
  }
}

function openActivity({ supervisord }: Plan, write: (line: string) => void, isQuiet: boolean): ActivityLog {
  return createActivityLog({
    level: isQuiet ? 'error' : supervisord.loglevel,
    format: supervisord.logformat,
    write,
  });
}

const usesAutoLogs = ({ groups }: Plan): boolean =>
  groups.some(({ processes }) =>
    processes.some(({ stdout_logfile: stdout, stderr_logfile: stderr }) =>
      [...stdout, ...stderr].some(({ kind }) => kind === 'auto'),
    ),
  );
