/** Names on the command line → processes. */
import { splitNamespec } from './namespec.ts';
import { type ProcessInfo } from './rpc.ts';

/** What the names select, in their order (a name given twice selects twice), and what they do not find. */
export interface Selection {
  readonly processes: readonly ProcessInfo[];
  /** `x: ERROR (no such process)`. */
  readonly errors: readonly string[];
}

const errorFor = (name: string): string => {
  const { group, process } = splitNamespec(name);
  return process === undefined ? `${group}: ERROR (no such group)` : `${name}: ERROR (no such process)`;
};

const matches = (info: ProcessInfo, name: string): boolean => {
  const { group, process } = splitNamespec(name);
  return info.group === group && (process === undefined || info.name === process);
};

/** No names, or `all` among them, select everything. Source: Supervisor 4.3.0 supervisorctl.py, do_status. */
export function selectProcesses(all: readonly ProcessInfo[], names: readonly string[]): Selection {
  if (names.length === 0 || names.includes('all')) return { processes: all, errors: [] };
  const found = names.map((name) => ({ name, processes: all.filter((info) => matches(info, name)) }));
  return {
    processes: found.flatMap(({ processes }) => processes),
    errors: found.filter(({ processes }) => processes.length === 0).map(({ name }) => errorFor(name)),
  };
}
