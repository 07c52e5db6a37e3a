import { readdirSync, readFileSync } from 'node:fs';

/** Memory of one process, in MB of 10^6 bytes. */
export interface Memory {
  readonly rss: number;
  /** Shared pages divided among those who share them. */
  readonly pss: number;
  /** What belongs to no file: the part that the kernel cannot drop and read again. */
  readonly anonymous: number;
}

/** Memory as smaps_rollup tells it (proc(5)). */
function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => (numberAfter(rollup, name) * 1024) / 1e6;
  return { rss: field('Rss'), pss: field('Pss'), anonymous: field('Anonymous') };
}

/** Memory of a process and all its descendants except those whose pids are given, in MB. */
export function memoryOfTree(pid: number, except: ReadonlySet<number>): Memory {
  const all = treeOf(pid)
    .filter((member) => !except.has(member))
    .map(memoryOf);
  const sum = (field: keyof Memory): number => all.reduce((total, memory) => total + memory[field], 0);
  return { rss: sum('rss'), pss: sum('pss'), anonymous: sum('anonymous') };
}

/** Resident memory, and the anonymous part of it, which are quick to ask for, in MB. */
export function residentOf(pid: number): { readonly anonymous: number; readonly resident: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => (numberAfter(status, name) * 1024) / 1e6;
  return { anonymous: field('RssAnon'), resident: field('VmRSS') };
}

/** Processor time of all threads so far, in seconds; the kernel counts in hundredths. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** How often the threads of these processes have been woken so far: each wait that ended is one voluntary switch. */
export function wakeupsOf(pids: readonly number[]): number {
  return pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/status`))
    .map((path) => numberAfter(readFileSync(path, 'utf8'), 'voluntary_ctxt_switches'))
    .reduce((total, switches) => total + switches, 0);
}

/** A process and all its descendants. */
export function treeOf(pid: number): readonly number[] {
  const children = readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '))
    .filter((child) => child !== '');
  return [pid, ...children.flatMap((child) => treeOf(Number(child)))];
}

function numberAfter(text: string, field: string): number {
  const [, digits] = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text) ?? [];
  return Number(digits);
}
