/** node:net and node:tty, loaded when they are first needed: after the first program has been spawned. */
import { fstatSync } from 'node:fs';
import { type Socket, type SocketConstructorOpts } from 'node:net';

/** A socket of node:net. */
export const newSocket = (options: SocketConstructorOpts): Socket =>
  new (process.getBuiltinModule('node:net').Socket)(options);

/** Whether a descriptor is a terminal (isatty(3)). */
export function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    // A closed descriptor.
    return false;
  }
}
