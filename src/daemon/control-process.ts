import {
  type Channel,
  type CommandProblem,
  type ControlledProcess,
  type LogPlace,
  type ProcessSnapshot,
} from '../api/control.ts';
import { resolveCommand, splitCommand } from '../config/command.ts';
import { type Host } from '../config/host.ts';
import { pidOf } from '../core/process-machine.ts';
import { type StateName } from '../core/process-state.ts';
import { sendSignal, signalName } from '../linux/signals.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { type AutoLogs } from './auto-logs.ts';
import { childEnvironment } from './child-environment.ts';
import { logPlace } from './control-logs.ts';
import { type Supervised } from './supervised.ts';
import { type Supervisor } from './supervisor.ts';

/** What the processes of one supervisor have in common. */
export interface ProcessContext {
  readonly supervisor: Supervisor;
  readonly activity: ActivityLog;
  readonly autoLogs: AutoLogs;
  readonly host: Host;
  /** As in `EnvironmentSource`. */
  readonly serverUrl: string | undefined;
}

/** Supervisor's `exitstatus`: -1 for a signal, and 0 for every run that did not come to its end. */
function exitStatusOf({ state, history }: Supervised): number {
  const wasStopped = state.name === 'STOPPED' && history.spawnError === '';
  if (state.name !== 'EXITED' && !wasStopped) return 0;
  const { end } = state;
  if (end === undefined) return 0;
  return end.kind === 'exited' ? end.code : -1;
}

/** A supervised process, as the API handles it. */
export class ProcessControl implements ControlledProcess {
  readonly name: string;
  readonly group: string;
  readonly priority: number;
  readonly #process: Supervised;
  readonly #context: ProcessContext;

  constructor(process: Supervised, context: ProcessContext) {
    this.name = process.standing.name;
    this.group = process.standing.group;
    this.priority = process.body.program?.plan.priority ?? process.rank;
    this.#process = process;
    this.#context = context;
  }

  look(): ProcessSnapshot {
    const { state, history } = this.#process;
    return {
      state: state.name,
      pid: pidOf(state) ?? 0,
      startedAt: history.startedAt,
      stoppedAt: history.stoppedAt,
      spawnError: state.name === 'UNKNOWN' ? state.why : history.spawnError,
      exitStatus: exitStatusOf(this.#process),
      isDue: state.name === 'EXITED' && state.restarts,
    };
  }

  findCommand(): CommandProblem | undefined {
    const plan = this.#process.body.program?.plan;
    if (plan === undefined) return undefined;
    const { host, serverUrl } = this.#context;
    const words = splitCommand(plan.command);
    if (words.kind === 'problem') return words;
    const path = childEnvironment(plan, { inherited: host.environment, serverUrl }).get('PATH');
    const found = resolveCommand(words.words, path, host);
    return found.kind === 'problem' ? found : undefined;
  }

  start(): void {
    this.#context.supervisor.postTo(this.#process, { type: 'start' });
  }

  stop(): void {
    this.#context.supervisor.postTo(this.#process, { type: 'stop', shutdown: false });
  }

  signal(signal: number): string | undefined {
    const pid = pidOf(this.#process.state);
    if (pid === undefined)
      return `attempted to send ${this.name} sig ${signalName(signal)} but it wasn't running`;
    const { activity } = this.#context;
    activity.debug(`sending ${this.name} (pid ${pid}) sig ${signalName(signal)}`);
    try {
      if (sendSignal({ pid, signal, group: false }) === 'gone')
        activity.debug(`unable to signal ${this.name} (pid ${pid}), it probably just now exited on its own`);
      return undefined;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return `unknown problem sending sig ${this.name} (${pid}):${cause}`;
    }
  }

  observe(stepped: (entered: readonly StateName[]) => void): Disposable {
    return this.#context.supervisor.observe(({ process, step }) => {
      if (process === this.#process) stepped(step.entered.map(({ name }) => name));
    });
  }

  log(channel: Channel): LogPlace {
    const { program } = this.#process.body;
    return program === undefined ? { kind: 'none' } : logPlace(program, channel, this.#context.autoLogs);
  }

  clearLogs(): string | undefined {
    return this.#process.body.program?.output.clear();
  }

  sendStdin(bytes: Uint8Array): 'queued' | 'closed' | 'full' {
    return this.#process.body.program?.stdin.send(bytes) ?? 'closed';
  }
}
