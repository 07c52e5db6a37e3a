/** The daemon behind the API: the supervisor's processes in their groups, and the plan that was read last. */
import {
  type Control,
  type ControlledGroup,
  type ControlledProcess,
  type Differences,
  type LogPlace,
  type PlannedProcess,
} from '../api/control.ts';
import { diffPlans } from '../config/diff.ts';
import { type GroupPlan, type Plan } from '../config/plan.ts';
import { isStopped } from '../core/process-state.ts';
import { signalNumber } from '../linux/signals.ts';
import { type ProcessContext, ProcessControl } from './control-process.ts';
import { plannedProcess } from './control-plan.ts';
import { type Supervised } from './supervised.ts';

/** What a control is made of. */
export interface ControlOptions extends ProcessContext {
  /** The plan that the supervisor works by. */
  readonly plan: Plan;
  /** Makes the processes of a group that becomes active. */
  readonly makeGroup: (group: GroupPlan) => readonly Supervised[];
  /** Reads the configuration; `problem`: why it cannot be used, in Supervisor's words. */
  readonly readPlan: () => Plan | { readonly problem: string };
  /** Stops everything and begins anew; answers why not, when the configuration cannot be used. */
  readonly restart: () => string | undefined;
  readonly activityLog: LogPlace;
  /** Answers the errno name when that cannot be done. */
  readonly clearActivityLog: () => string | undefined;
  readonly sendRemoteEvent: Control['sendRemoteEvent'];
  /** Is told of a group that has become active, or no longer is. */
  readonly groupChanged: (change: { readonly group: string; readonly isActive: boolean }) => void;
  /** Is told of the names of all processes when they have changed. */
  readonly namesChanged: (names: readonly string[]) => void;
}

interface ActiveGroup extends ControlledGroup {
  /** undefined: the command after `--`, which is in no configuration. */
  readonly plan: GroupPlan | undefined;
  readonly processes: ReadonlyMap<string, ControlledProcess>;
  readonly members: readonly Supervised[];
}

/** See src/api/control.ts. */
export class DaemonControl implements Control {
  readonly identifier: string;
  readonly pid = process.pid;
  readonly activityLog: LogPlace;
  readonly #options: ControlOptions;
  readonly #groups = new Map<string, ActiveGroup>();
  #latest: Plan;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#latest = options.plan;
    this.identifier = options.plan.supervisord.identifier;
    this.activityLog = options.activityLog;
    this.#adoptAll();
  }

  get groups(): ReadonlyMap<string, ControlledGroup> {
    return this.#groups;
  }

  get mood(): Control['mood'] {
    return this.#options.supervisor.mood;
  }

  clearActivityLog(): string | undefined {
    return this.#options.clearActivityLog();
  }

  planned(): readonly PlannedProcess[] {
    const { autoLogs } = this.#options;
    return this.#latest.groups.flatMap((group) => {
      const context = { group, inuse: this.#groups.has(group.name), autoLogs };
      return group.processes.map((plan) => plannedProcess(plan, context));
    });
  }

  reread(): Differences | { readonly problem: string } {
    const read = this.#options.readPlan();
    if ('problem' in read) return read;
    this.#latest = read;
    return diffPlans({ groups: this.#activePlans() }, read);
  }

  addGroup(name: string): 'added' | 'alreadyAdded' | 'unknown' {
    const plan = this.#latest.groups.find((group) => group.name === name);
    if (plan === undefined) return 'unknown';
    if (this.#groups.has(name)) return 'alreadyAdded';
    const members = this.#options.makeGroup(plan);
    this.#adopt(plan, members);
    this.#tellNames();
    this.#options.groupChanged({ group: name, isActive: true });
    this.#options.supervisor.add(members);
    return 'added';
  }

  removeGroup(name: string): 'removed' | 'stillRunning' | 'unknown' {
    const group = this.#groups.get(name);
    if (group === undefined) return 'unknown';
    if (group.members.some(({ state }) => !isStopped(state.name))) return 'stillRunning';
    this.#groups.delete(name);
    this.#tellNames();
    this.#options.supervisor.remove(group.members);
    for (const { body } of group.members) body.program?.output.close();
    this.#options.groupChanged({ group: name, isActive: false });
    return 'removed';
  }

  shutDown(): void {
    this.#options.supervisor.post({ type: 'stopRequested', by: 'shutdown request' });
  }

  restart(): string | undefined {
    return this.#options.restart();
  }

  signalNumber(text: string): number | undefined {
    // kill(2) with 0 sends nothing and tells whether it could have.
    return text.trim() === '0' ? 0 : signalNumber(text);
  }

  sendRemoteEvent(event: { readonly type: string; readonly data: string }): void {
    this.#options.sendRemoteEvent(event);
  }

  #tellNames(): void {
    this.#options.namesChanged(
      [...this.#groups.values()].flatMap(({ processes }) => Array.from(processes.keys())),
    );
  }

  #activePlans(): readonly GroupPlan[] {
    return [...this.#groups.values()].flatMap(({ plan }) => plan ?? []);
  }

  #adoptAll(): void {
    const { plan, supervisor } = this.#options;
    const byGroup = Map.groupBy(supervisor.members.values(), ({ standing }) => standing.group);
    for (const group of plan.groups) this.#adopt(group, byGroup.get(group.name) ?? []);
    for (const [name, members] of byGroup) if (!this.#groups.has(name)) this.#adopt(undefined, members, name);
  }

  #adopt(plan: GroupPlan | undefined, members: readonly Supervised[], name = plan?.name ?? ''): void {
    const controls = members.map((member) => new ProcessControl(member, this.#options));
    const processes = new Map(controls.map((control) => [control.name, control]));
    const priority = plan?.priority ?? Infinity;
    this.#groups.set(name, { name, priority, plan, processes, members });
  }
}
