import { isRunning, type StateName } from '../../src/core/process-state.ts';
import type {
  Channel,
  CommandProblem,
  Control,
  ControlledGroup,
  ControlledProcess,
  Differences,
  LogPlace,
  PlannedProcess,
  ProcessSnapshot,
} from '../../src/api/control.ts';

const NOTHING: LogPlace = { kind: 'none' };

/** A process whose life the test tells: `enter` is a step of it. */
export class FakeProcess implements ControlledProcess {
  readonly name: string;
  readonly group: string;
  readonly priority: number;
  /** What was done to it, in order. */
  readonly done: string[] = [];
  readonly logs: Record<Channel, LogPlace> = { stdout: NOTHING, stderr: NOTHING };
  problem: CommandProblem | undefined;
  snapshot: ProcessSnapshot = {
    state: 'STOPPED',
    pid: 0,
    startedAt: undefined,
    stoppedAt: undefined,
    spawnError: '',
    exitStatus: 0,
    isDue: false,
  };
  /** What a start and a stop lead to at once. */
  startsInto: Partial<ProcessSnapshot> = { state: 'STARTING', pid: 7 };
  stopsInto: Partial<ProcessSnapshot> = { state: 'STOPPING' };
  signalProblem: string | undefined;
  clearProblem: string | undefined;
  stdin: 'queued' | 'closed' | 'full' = 'queued';
  readonly #observers = new Set<(entered: readonly StateName[]) => void>();

  constructor(name: string, group = name, priority = 999) {
    this.name = name;
    this.group = group;
    this.priority = priority;
  }

  /** How many follow its steps. */
  get observerCount(): number {
    return this.#observers.size;
  }

  /** A step of its life: the last of the states is where it is now. */
  enter(states: readonly StateName[], change: Partial<ProcessSnapshot> = {}): void {
    this.snapshot = { ...this.snapshot, state: states.at(-1) ?? this.snapshot.state, ...change };
    for (const observer of this.#observers) observer(states);
  }

  look(): ProcessSnapshot {
    return this.snapshot;
  }

  findCommand(): CommandProblem | undefined {
    return this.problem;
  }

  start(): void {
    this.done.push('start');
    if (!isRunning(this.snapshot.state)) this.enter([], this.startsInto);
  }

  stop(): void {
    this.done.push('stop');
    this.enter([], this.stopsInto);
  }

  signal(signal: number): string | undefined {
    this.done.push(`signal ${signal}`);
    return this.signalProblem;
  }

  observe(stepped: (entered: readonly StateName[]) => void): Disposable {
    this.#observers.add(stepped);
    return { [Symbol.dispose]: () => void this.#observers.delete(stepped) };
  }

  log(channel: Channel): LogPlace {
    return this.logs[channel];
  }

  clearLogs(): string | undefined {
    this.done.push('clear');
    return this.clearProblem;
  }

  sendStdin(bytes: Uint8Array): 'queued' | 'closed' | 'full' {
    this.done.push(`stdin ${Buffer.from(bytes).toString('latin1')}`);
    return this.stdin;
  }
}

/** A daemon of fake processes. */
export class FakeControl implements Control {
  readonly identifier = 'supervisor';
  readonly pid = 4711;
  mood: Control['mood'] = 'RUNNING';
  readonly groups: ReadonlyMap<string, ControlledGroup>;
  activityLog: LogPlace = NOTHING;
  plan: readonly PlannedProcess[] = [];
  rereads: Differences | { readonly problem: string } = { added: [], changed: [], removed: [] };
  logProblem: string | undefined;
  /** What was asked of it, in order. */
  readonly done: string[] = [];

  /** Groups get priority 999 unless the map says otherwise. */
  constructor(processes: readonly FakeProcess[], priorities: ReadonlyMap<string, number> = new Map()) {
    const groups = new Map<string, ControlledGroup>();
    for (const { group: name } of processes) {
      const members = processes.filter(({ group }) => group === name);
      const byName = new Map(members.map((process) => [process.name, process]));
      groups.set(name, { name, priority: priorities.get(name) ?? 999, processes: byName });
    }
    this.groups = groups;
  }

  clearActivityLog(): string | undefined {
    this.done.push('clearLog');
    return this.logProblem;
  }

  planned(): readonly PlannedProcess[] {
    return this.plan;
  }

  reread(): Differences | { readonly problem: string } {
    return this.rereads;
  }

  addGroup(name: string): 'added' | 'alreadyAdded' | 'unknown' {
    if (this.groups.has(name)) return 'alreadyAdded';
    return name === 'new' ? 'added' : 'unknown';
  }

  removeGroup(name: string): 'removed' | 'stillRunning' | 'unknown' {
    const group = this.groups.get(name);
    if (group === undefined) return 'unknown';
    return [...group.processes.values()].some((process) => process.look().pid !== 0)
      ? 'stillRunning'
      : 'removed';
  }

  shutDown(): void {
    this.mood = 'SHUTDOWN';
  }

  restart(): string | undefined {
    if ('problem' in this.rereads) return this.rereads.problem;
    this.mood = 'RESTARTING';
    return undefined;
  }

  signalNumber(text: string): number | undefined {
    return new Map([
      ['0', 0],
      ['1', 1],
      ['HUP', 1],
      ['TERM', 15],
    ]).get(text);
  }

  sendRemoteEvent({ type, data }: { readonly type: string; readonly data: string }): void {
    this.done.push(`event ${type} ${data}`);
  }
}
