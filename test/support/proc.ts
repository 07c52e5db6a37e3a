import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

/** One process as /proc shows it (proc(5)). */
export interface ProcEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** One letter: R running, S sleeping, Z zombie, T stopped … */
  readonly state: string;
  /** The file name of the executable, at most 15 bytes. */
  readonly comm: string;
  /** The arguments, joined by blanks; empty for a zombie. */
  readonly command: string;
}

/**
 * Lists the processes that a /proc shows.
 *
 * @param proc - the mount point; another namespace's is /proc/PID/root/proc
 */
export function listProcesses(proc = '/proc'): readonly ProcEntry[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(join(proc, name)) ?? []);
}

/** Waits until a process sleeps: one that has taken what came, and waits for more. */
export async function sleeps(pid: number): Promise<void> {
  await waitFor(`process ${pid} asleep`, () => readProcess(`/proc/${pid}`)?.state === 'S');
}

function readProcess(folder: string): ProcEntry | undefined {
  const stat = readProcFile(join(folder, 'stat'));
  const command = readProcFile(join(folder, 'cmdline'));
  // comm may hold blanks and brackets itself: it ends at the last bracket.
  const [, pid, comm = '', rest = ''] = /^(\d+) \((.*)\) (.*)$/s.exec(stat ?? '') ?? [];
  if (pid === undefined) return undefined;
  const [state = '', ppid, pgid, sid] = rest.split(' ');
  const ids = { pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid), sid: Number(sid) };
  return { ...ids, state, comm, command: (command ?? '').split('\0').join(' ').trim() };
}

/** A process may end while it is looked at: ENOENT before, ESRCH after the file was opened. */
function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) {
      return undefined;
    }
    throw error;
  }
}
