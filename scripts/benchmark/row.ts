import type { Capability, Contender } from './contender.ts';
import type { Setting } from './trial.ts';

/** One figure that a row yields. */
export interface Figure {
  readonly title: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  /** What ours has to reach; absent: told, not judged. */
  readonly target?: Target;
}

/** A goal in the figure's unit, or as many times better than Supervisor in the same run. */
export type Target =
  | { readonly value: number }
  /** `of`: the title of the figure that is compared with, where Supervisor has none of this one. */
  | { readonly times: number; readonly of?: string };

/** How much of everything is done. */
export type Scale = 'quick' | 'full';

/** One measurement, the same for every contender that can do it. */
export interface Row {
  /** The word that chooses it on the command line. */
  readonly name: string;
  readonly figures: readonly Figure[];
  /** What a contender must be able to do. */
  readonly needs: readonly Capability[];
  /** How often it is repeated; the median counts. 0: only when it is asked for by its name, and then once. */
  readonly runs: Readonly<Record<Scale, number>>;
  /** One run. Returns one value for each figure, in their order. */
  readonly measure: (setting: Setting, contender: Contender, scale: Scale) => Promise<readonly number[]>;
}
