/** The end of this process. */
import { libc } from './libc.ts';

/**
 * Ends this process at once: no exit handler, no flush, no waiting for threads that are blocked in a call (_exit(2)).
 * What has to be written must have been written before.
 */
export function exitNow(code: number): never {
  libc._exit(code & 0xff);
  throw new Error(`cannot exit with code ${code}: _exit returned`);
}
