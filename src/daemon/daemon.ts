/**
 * The running tsupervisor: one generation after the other, each a plan at work, and what they have in common.
 */
import { type Host } from '../config/host.ts';
import { type Plan } from '../config/plan.ts';
import { type EndCause } from '../core/supervisor-machine.ts';
import { monotonicMs } from '../linux/clock.ts';
import { becomeSubreaper, type ChildWatch, watchChildren } from '../linux/reap.ts';
import { signalName } from '../linux/signals.ts';
import { writeAll } from '../linux/write-all.ts';
import { describeListenError } from './control-servers.ts';
import { type Facilities, makeFacilities } from './facilities.ts';
import { sayFarewell } from './farewell.ts';
import { Generation } from './generation.ts';
import { forwardSignal } from './main-command.ts';
import { type LoadedPlan, type NoPlan, tell } from './messages.ts';
import { OpenServers } from './open-servers.ts';
import { removePidFile } from './pid-file.ts';
import { reactToSignal } from './react-to-signal.ts';
import { SignalTurn } from './signal-turn.ts';

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

/** Exit code of wrong usage, and of servers that cannot be opened (Supervisor: 2). */
const usageExitCode = 2;

/** The whole, from the start to the end of this process. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #startedAtMs = monotonicMs();
  readonly #facilities: Facilities;
  readonly #servers: OpenServers;
  readonly #signals = new SignalTurn({
    react: (signal) => {
      if (!this.#forward(signal)) this.#react(signal);
    },
    // A SIGCHLD among thousands of others may have been dropped.
    finish: () => this.#children?.sweep(),
  });
  #children: ChildWatch | undefined;
  #generation: Generation;
  /** What a restart will put to work. */
  #next: LoadedPlan;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#next = options.loaded;
    this.#facilities = makeFacilities(options.host);
    this.#servers = new OpenServers((activity) => ({
      activity,
      control: () => this.#generation.control,
      watchEvents: (take) =>
        this.#facilities.bus.subscribe({
          types: ['EVENT'],
          accept: ({ notification, payload }) => take({ type: notification.type, payload }),
        }),
      serverName: options.serverName,
    }));
    this.#generation = this.#makeGeneration();
  }

  /** Starts everything. Signals that came before are taken now. */
  begin(): void {
    this.#adoptOrphans();
    this.#children = watchChildren((dead) => this.#generation.supervisor.reaped(dead));
    const { plan, serverRequests, activity } = this.#generation;
    const opened = this.#servers.open(serverRequests, activity);
    // Servers that somebody asked for must be there before anything runs; the default socket may come later.
    if (plan.servers.length === 0) return this.#generation.begin();
    opened.then(
      () => this.#generation.begin(),
      (error: unknown) => this.#refuse(error),
    );
  }

  /** Takes a signal that was sent to us. */
  takeSignal(signal: number): void {
    if (this.#forward(signal)) this.#signals.open();
    else this.#signals.keep(signal);
  }

  /**
   * Stops everything and begins anew with the configuration as it is now; a broken one changes nothing.
   *
   * @returns why it cannot, in Supervisor's words
   */
  restart(): string | undefined {
    const { activity, supervisor } = this.#generation;
    const next = this.#reload();
    if (next.plan === undefined) {
      activity.error('cannot restart: the configuration has errors; everything runs on as before');
      return next.problem;
    }
    this.#next = next;
    supervisor.post({ type: 'restartRequested' });
    return undefined;
  }

  /** Reopens the activity log and every process log by their paths (SIGUSR2, for logrotate). */
  reopenLogs(): void {
    this.#facilities.plane.reopenAll();
  }

  /** An exception that nobody caught: PID 1 goes on (its programs would die with it). */
  survive(error: Error): void {
    this.#generation.activity.critical(`uncaught exception: ${error.stack ?? error.message}`);
  }

  /** @returns whether there is a main command alive, whose signal it is then */
  #forward(signal: number): boolean {
    const { main, activity } = this.#generation;
    if (main === undefined || !('pid' in main.state)) return false;
    const problem = forwardSignal(main, signal);
    if (problem !== undefined) activity.error(problem);
    return true;
  }

  #react(signal: number): void {
    const { activity, supervisor } = this.#generation;
    reactToSignal(signalName(signal), {
      activity,
      supervisor,
      restart: () => this.restart(),
      reopenLogs: () => this.reopenLogs(),
    });
  }

  /** PID 1 is given every orphan; another process has to ask. */
  #adoptOrphans(): void {
    if (process.pid === 1) return;
    try {
      becomeSubreaper();
    } catch (error) {
      this.#generation.activity.warn(`cannot adopt orphans: ${String(error)}; they go to PID 1`);
    }
  }

  #makeGeneration(): Generation {
    const { host, mainCommand, isQuiet } = this.#options;
    return new Generation({
      loaded: this.#next,
      facilities: this.#facilities,
      host,
      mainCommand,
      isQuiet,
      exit: (outcome) => void this.#finish(outcome),
      restart: () => this.#beginAnew(),
      requests: { readPlan: () => this.#readPlan(), restart: () => this.restart() },
    });
  }

  #reload(): LoadedPlan | NoPlan {
    const read = this.#options.reload();
    tell(this.#generation.activity, read.messages);
    return read;
  }

  #readPlan(): Plan | { readonly problem: string } {
    const read = this.#reload();
    return read.plan ?? { problem: read.problem };
  }

  /** As wrong usage: nothing has been started. */
  #refuse(error: unknown): void {
    writeAll(2, describeListenError(error, process.argv0));
    this.#options.leave(usageExitCode);
  }

  #beginAnew(): void {
    this.#generation.end();
    removePidFile();
    this.#generation = this.#makeGeneration();
    void this.#servers.replace(this.#generation.serverRequests, this.#generation.activity);
    this.#generation.begin();
  }

  async #finish(outcome: { readonly exitCode: number; readonly cause: EndCause }): Promise<void> {
    const upMs = monotonicMs() - this.#startedAtMs;
    const { isQuiet, leave } = this.#options;
    try {
      await sayFarewell({
        generation: this.#generation,
        facilities: this.#facilities,
        isQuiet,
        upMs,
        ...outcome,
      });
      await this.#servers.close();
      removePidFile();
    } catch (error) {
      this.#generation.activity.critical(`cannot end in order: ${String(error)}`);
    } finally {
      leave(outcome.exitCode);
    }
  }
}
