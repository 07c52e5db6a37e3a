import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * The names of the files in a folder that other processes have open (proc_pid_fd(5)). Processes whose descriptors are
 * hidden from us have none.
 */
export function openElsewhere(directory: string): ReadonlySet<string> {
  const folder = orElse(() => realpathSync(directory), directory);
  const pids = list('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const open = pids.flatMap(openFilesOf).filter((path) => dirname(path) === folder);
  return new Set(open.map((path) => basename(path)));
}

/** Also of pipes and sockets, which have no path but a name. */
const openFilesOf = (pid: string): readonly string[] =>
  list(`/proc/${pid}/fd`).map((fd) => orElse(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''));

const list = (directory: string): readonly string[] => orElse(() => readdirSync(directory), []);

/** What is gone meanwhile, or hidden from us, is nothing. */
function orElse<Value>(look: () => Value, otherwise: Value): Value {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
