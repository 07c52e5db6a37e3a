import { isDeepStrictEqual } from 'node:util';
import { type GroupPlan, type Plan, type ProcessPlan } from './plan.ts';

/** The names of groups that differ between two plans: what `reread` answers. */
export interface PlanDiff {
  /** In the order of the new plan. */
  readonly added: readonly string[];
  /** In the order of the new plan. */
  readonly changed: readonly string[];
  /** In the order of the old plan. */
  readonly removed: readonly string[];
}

type Groups = Pick<Plan, 'groups'>;

/** Where a section stands is no part of what it means. */
const meaningOf = (process: ProcessPlan): object => ({ ...process, section: undefined });

const meaning = (group: GroupPlan): object => ({
  ...group,
  section: undefined,
  processes: group.processes.map(meaningOf),
});

const byName = ({ groups }: Groups): ReadonlyMap<string, GroupPlan> =>
  new Map(groups.map((group) => [group.name, group]));

/**
 * What changed between two plans, group by group. A group has changed when anything in it has.
 *
 * Source: supervisor/supervisord.py 4.2.5, diff_to_active. Supervisor does not notice a log file that becomes AUTO, and
 * the mode, owner and backlog of a FastCGI socket; we do.
 */
export function diffPlans(before: Groups, after: Groups): PlanDiff {
  const old = byName(before);
  const fresh = byName(after);
  const hasChanged = (group: GroupPlan): boolean => {
    const known = old.get(group.name);
    return known !== undefined && !isDeepStrictEqual(meaning(known), meaning(group));
  };
  return {
    added: after.groups.filter(({ name }) => !old.has(name)).map(({ name }) => name),
    changed: after.groups.filter(hasChanged).map(({ name }) => name),
    removed: before.groups.filter(({ name }) => !fresh.has(name)).map(({ name }) => name),
  };
}

/** An option of a process, or of a group by its name, that differs. */
export interface OptionChange {
  readonly process: string;
  readonly option: string;
  readonly before: unknown;
  readonly after: unknown;
}

function changesBetween(process: string, before: object, after: object): readonly OptionChange[] {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([option, value]) => !isDeepStrictEqual(old.get(option), value))
    .map(([option, value]) => ({ process, option, before: old.get(option), after: value }));
}

/** What a group has beside its processes, of which it has the names. */
const frameOf = (group: GroupPlan): object => ({
  ...group,
  section: undefined,
  processes: group.processes.map(({ name }) => name),
});

/** What a changed group and its processes have in both plans and in another way. */
export function describeChange(before: GroupPlan, after: GroupPlan): readonly OptionChange[] {
  const old = new Map(before.processes.map((process) => [process.name, process]));
  const changes = after.processes.flatMap((process) => {
    const known = old.get(process.name);
    return known === undefined ? [] : changesBetween(process.name, meaningOf(known), meaningOf(process));
  });
  // The priority of a program's group is the program's.
  const said = new Set(changes.map(({ option }) => option));
  const own = changesBetween(after.name, frameOf(before), frameOf(after));
  return [...own.filter(({ option }) => !said.has(option)), ...changes];
}
