import { closeSync, constants, openSync, unlinkSync, writeFileSync } from 'node:fs';

const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK, O_NOFOLLOW } = constants;

/** The folder may be a program's: a FIFO there must not stop us, nor a link lead us to another file. */
const openFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOFOLLOW;

let written: string | undefined;

/** Writes our pid and a newline, as Supervisor does. @returns false when it cannot be written */
export function writePidFile(path: string): boolean {
  try {
    const fd = openSync(path, openFlags, 0o644);
    try {
      writeFileSync(fd, `${process.pid}\n`);
    } finally {
      closeSync(fd);
    }
    written = path;
    return true;
  } catch {
    // Supervisor goes on without it, too; the caller says so.
    return false;
  }
}

/** Removes the pidfile that we wrote, if we did: another instance's stays. */
export function removePidFile(): void {
  if (written === undefined) return;
  try {
    unlinkSync(written);
  } catch {
    // Somebody has removed it before us.
  }
  written = undefined;
}
