import { nearest } from './nearest.ts';
import { type GroupPlan, type Plan, type ProcessPlan } from './plan.ts';
import { report, type Reading } from './reading.ts';

/** Names that depends_on may use: a group, or a program of it. */
function targetsOf(groups: readonly GroupPlan[]): ReadonlyMap<string, readonly ProcessPlan[]> {
  const targets = new Map<string, ProcessPlan[]>();
  const add = (name: string, process: ProcessPlan): void => {
    const known = targets.get(name) ?? [];
    if (!known.includes(process)) targets.set(name, [...known, process]);
  };
  for (const group of groups)
    for (const process of group.processes)
      for (const name of [group.name, process.program, `${group.name}:${process.name}`]) add(name, process);
  return targets;
}

/** The processes that a `depends_on` name stands for: a group's, a program's, or the one of `group:process`. */
export function resolveDependencies(groups: readonly GroupPlan[]): (name: string) => readonly ProcessPlan[] {
  const isUsed = groups.some(({ processes }) =>
    processes.some(({ depends_on: wanted }) => wanted.length > 0),
  );
  const targets = isUsed ? targetsOf(groups) : new Map<string, readonly ProcessPlan[]>();
  return (name) => targets.get(name) ?? [];
}

function placeOf(process: ProcessPlan, reading: Reading) {
  const section = [...reading.ini.sections.values()].find(({ header }) => header === process.section);
  return section?.entries.get('depends_on')?.place ?? process.section;
}

function reportUnknown(process: ProcessPlan, name: string, names: readonly string[], reading: Reading): void {
  const near = nearest(name, names);
  report(reading, placeOf(process, reading), {
    message: `cannot use depends_on = ${name}: there is no such program or group`,
    suggestion: near === undefined ? `add a [program:${name}] section` : `did you mean ${near}?`,
  });
}

/** The programs of a cycle in order, from `start` back to it; undefined: there is none. */
function findCycle(
  start: string,
  edges: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let next = queue.shift(); next !== undefined; next = queue.shift())
    for (const target of edges.get(next) ?? []) {
      if (target === start) return pathTo(start, next, cameFrom);
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, next);
      queue.push(target);
    }
  return undefined;
}

function pathTo(start: string, last: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const path = [start];
  for (let at: string | undefined = last; at !== undefined && at !== start; at = cameFrom.get(at))
    path.splice(1, 0, at);
  return [...path, start];
}

/** Which program waits for which. */
function edgesOf(
  waiting: readonly ProcessPlan[],
  resolve: (name: string) => readonly ProcessPlan[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, Set<string>>();
  for (const process of waiting) {
    const targets = edges.get(process.program) ?? new Set();
    for (const { name } of process.depends_on)
      for (const target of resolve(name)) targets.add(target.program);
    edges.set(process.program, targets);
  }
  return edges;
}

/** The priority that decides between two processes: that of their groups, within a group their own. */
function prioritiesOf(
  process: ProcessPlan,
  target: ProcessPlan,
  groups: readonly GroupPlan[],
): readonly [number, number] {
  if (process.group === target.group) return [process.priority, target.priority];
  const priorityOf = (wanted: string): number => groups.find(({ name }) => name === wanted)?.priority ?? 0;
  return [priorityOf(process.group), priorityOf(target.group)];
}

/** Priority comes first: who starts earlier and waits for somebody later holds up the start. */
function reportPriorities(
  process: ProcessPlan,
  targets: readonly ProcessPlan[],
  groups: readonly GroupPlan[],
  reading: Reading,
): void {
  for (const target of targets) {
    const [own, other] = prioritiesOf(process, target, groups);
    if (own >= other) continue;
    report(reading, placeOf(process, reading), {
      severity: 'warning',
      message: `cannot start ${process.program} in its turn: it waits for ${target.program}, whose priority ${other} comes after ${own}`,
      suggestion: `give it priority = ${other} or more`,
    });
  }
}

/** Reports names that nobody has, priorities that contradict, and programs that wait for each other. */
export function reportDependencies({ groups }: Pick<Plan, 'groups'>, reading: Reading): void {
  const waiting = groups.flatMap(({ processes }) =>
    processes.filter(({ depends_on: wanted }) => wanted.length > 0),
  );
  if (waiting.length === 0) return;
  const resolve = resolveDependencies(groups);
  const names = groups.flatMap(({ name, processes }) => [name, ...processes.map(({ program }) => program)]);
  for (const process of waiting)
    for (const { name } of process.depends_on) {
      const targets = resolve(name);
      if (targets.length === 0) reportUnknown(process, name, names, reading);
      reportPriorities(process, targets, groups, reading);
    }
  const edges = edgesOf(waiting, resolve);
  for (const process of waiting) {
    const cycle = findCycle(process.program, edges);
    if (cycle)
      report(reading, placeOf(process, reading), {
        message: `cannot order the programs: ${cycle.join(' waits for ')}`,
        suggestion: 'remove one of these depends_on',
      });
  }
}
