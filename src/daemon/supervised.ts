import { type ProcessEnd } from '../core/exit-status.ts';
import { type Policy, type ProcessEvent, type ProcessState, neverStarted } from '../core/process-machine.ts';
import { type Member } from '../core/supervisor-machine.ts';
import { type ProcessPlan } from '../config/plan.ts';
import { type ProcessOutput } from '../output/process-output.ts';
import { type Stdin } from './stdin.ts';
import { Timer } from './timer.ts';

/** What is remembered of a process for those who ask, beside its state. */
export interface History {
  /** How often it was spawned. */
  startCount: number;
  /** Wall clock, to be shown only. */
  startedAt: Date | undefined;
  stoppedAt: Date | undefined;
  lastEnd: ProcessEnd | undefined;
  /** Supervisor's `spawnerr`: why the last start or run failed; '' after a spawn. */
  spawnError: string;
  /** Monotonic milliseconds of the last run, from its spawn to its end. */
  lastRunMs: number;
}

/** Who a process is, and where it stands among the others. */
export interface Standing {
  readonly name: string;
  readonly group: string;
  /** x of [program:x]; the command's name for `-- CMD`. */
  readonly program: string;
  /** As in `Member`. */
  readonly rank: number;
  readonly isListener: boolean;
  readonly autostart: boolean;
  readonly critical: boolean;
}

/** The bodily side of a process: how it is brought to life, and what is left when it has died. */
export interface Body {
  /** Spawns it. Answers `spawned` or `spawnFailed`. */
  readonly spawn: () => ProcessEvent;
  /** It was reaped: its descriptors may be closed, its last output read. */
  readonly buried: () => void;
  /** The last part of its stderr as text, for the termination log. */
  readonly stderrTail: () => string;
  /** What a [program:x] section gave it; undefined for `-- CMD`. */
  readonly program: ProgramParts | undefined;
}

/** What the API asks of a process beside its state. */
export interface ProgramParts {
  readonly plan: ProcessPlan;
  readonly output: ProcessOutput;
  readonly stdin: Stdin;
}

/** The name that the API and the log give a process: `group:process`, or the name where both are equal. */
export const namespecOf = ({ group, name }: { readonly group: string; readonly name: string }): string =>
  group === name ? name : `${group}:${name}`;

/** One supervised process: who it is, its state, its one timer. */
export class Supervised implements Member {
  readonly standing: Standing;
  readonly namespec: string;
  readonly policy: Policy;
  readonly body: Body;
  readonly timer = new Timer();
  readonly history: History = {
    startCount: 0,
    startedAt: undefined,
    stoppedAt: undefined,
    lastEnd: undefined,
    spawnError: '',
    lastRunMs: 0,
  };
  state: ProcessState = neverStarted;

  constructor(standing: Standing, policy: Policy, body: Body) {
    this.standing = standing;
    this.namespec = namespecOf(standing);
    this.policy = policy;
    this.body = body;
  }

  get name(): string {
    return this.standing.name;
  }

  get rank(): number {
    return this.standing.rank;
  }

  get isListener(): boolean {
    return this.standing.isListener;
  }

  get autostart(): boolean {
    return this.standing.autostart;
  }

  get critical(): boolean {
    return this.standing.critical;
  }

  get wasStarted(): boolean {
    return this.history.startCount > 0 || this.history.spawnError !== '';
  }
}
