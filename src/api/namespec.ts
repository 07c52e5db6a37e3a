import { type Control, type ControlledGroup, type ControlledProcess } from './control.ts';
import { Fault } from './fault.ts';

/** What a name stands for: one process, or with `process` undefined (`g:`, `g:*`) a whole group. */
export interface Named {
  readonly group: ControlledGroup;
  readonly process: ControlledProcess | undefined;
}

/** The text form of a process's place: `name` where group and process are called the same, else `group:name`. */
export const makeNamespec = ({ group, name }: { readonly group: string; readonly name: string }): string =>
  group === name ? name : `${group}:${name}`;

function split(namespec: string): { readonly group: string; readonly process: string | undefined } {
  const colon = namespec.indexOf(':');
  if (colon === -1) return { group: namespec, process: namespec };
  const process = namespec.slice(colon + 1);
  return {
    group: namespec.slice(0, colon),
    process: process === '' || process === '*' ? undefined : process,
  };
}

/** What the name stands for; undefined: nothing. */
export function find(control: Control, namespec: string): Named | undefined {
  const names = split(namespec);
  const group = control.groups.get(names.group);
  if (group === undefined) return undefined;
  if (names.process === undefined) return { group, process: undefined };
  const process = group.processes.get(names.process);
  return process && { group, process };
}

/** What the name stands for. @throws Fault BAD_NAME */
export function mustFind(control: Control, namespec: string): Named {
  const found = find(control, namespec);
  if (found === undefined) throw new Fault('BAD_NAME', namespec);
  return found;
}

/** The one process that the name stands for. @throws Fault BAD_NAME, also for the forms that mean a group */
export function mustFindOne(control: Control, namespec: string): ControlledProcess {
  const { process } = mustFind(control, namespec);
  if (process === undefined) throw new Fault('BAD_NAME', namespec);
  return process;
}

const byPriority = (one: { readonly priority: number }, other: { readonly priority: number }): number =>
  one.priority - other.priority;

/** A group's processes in the order in which RPC starts and stops them: ascending priority. */
const inOrder = ({ processes }: ControlledGroup): readonly ControlledProcess[] =>
  [...processes.values()].toSorted(byPriority);

/** Every process, groups ascending, processes ascending within them. */
export const everything = ({ groups }: Control): readonly ControlledProcess[] =>
  [...groups.values()].toSorted(byPriority).flatMap(inOrder);

/** The processes of one group. @throws Fault BAD_NAME */
export function groupMembers({ groups }: Control, name: string): readonly ControlledProcess[] {
  const group = groups.get(name);
  if (group === undefined) throw new Fault('BAD_NAME', name);
  return inOrder(group);
}
