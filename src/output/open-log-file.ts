import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { refusePrivatePipe } from './stream-target.ts';

const flags =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOCTTY | constants.O_NONBLOCK;

/**
 * Opens a log file to append to it; makes it where there is none. Never waits, whatever is at the path: it is opened
 * anew for each start of its program, which may have put another thing there.
 *
 * @throws Error with an errno code
 */
export function openLogFile(path: string): { readonly fd: number; readonly stat: Stats } {
  const fd = openSync(path, flags, 0o666);
  try {
    const stat = fstatSync(fd);
    if (stat.isFIFO()) refusePrivatePipe(fd, path);
    return { fd, stat };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
