/** What `update` would do, as `check --against` says it, for people and for programs. */
import { describeChange, diffPlans, type OptionChange } from '../config/diff.ts';
import { type GroupPlan, type Plan } from '../config/plan.ts';

/** What JSON has no form for: limits are bigint, environments are maps, patterns are regular expressions. */
function plainValue(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value === Infinity) return 'unlimited';
  return typeof value === 'bigint' || value instanceof RegExp ? String(value) : value;
}

const showValue = (value: unknown): string => JSON.stringify(value, plainValue) ?? 'unset';

const showChange = ({ process, option, before, after }: OptionChange): string =>
  `    ${process}: ${option}: ${showValue(before)} -> ${showValue(after)}\n`;

const groupOf = ({ groups }: Plan, wanted: string): readonly GroupPlan[] =>
  groups.filter(({ name }) => name === wanted);

const changesOf = (name: string, before: Plan, after: Plan): readonly OptionChange[] =>
  groupOf(before, name).flatMap((old) => groupOf(after, name).flatMap((fresh) => describeChange(old, fresh)));

/** The difference for people. */
export function humanDiff(before: Plan, after: Plan): string {
  const { added, changed, removed } = diffPlans(before, after);
  const lines = [
    ...added.map((name) => `  added ${name}\n`),
    ...changed.map((name) => `  changed ${name}\n${changesOf(name, before, after).map(showChange).join('')}`),
    ...removed.map((name) => `  removed ${name}\n`),
  ];
  return `update from ${before.file ?? 'nothing'}:\n${lines.length === 0 ? '  nothing changes\n' : lines.join('')}`;
}

/** The difference for programs: plain JSON values. */
export function jsonDiff(before: Plan, after: Plan): unknown {
  const { added, changed, removed } = diffPlans(before, after);
  const described = changed.map((name) => ({ name, changes: changesOf(name, before, after) }));
  return JSON.parse(JSON.stringify({ file: before.file, added, changed: described, removed }, plainValue));
}
