import { renameSync } from 'node:fs';
import { errnoName } from './errno.ts';

/**
 * Moves a full log out of the way: `.N-1` to `.N`, …, the file to `.1`; the oldest is overwritten. Backups that are
 * missing are no obstacle (Supervisor's `RotatingFileHandler.doRollover`, loggers.py).
 *
 * @throws Error with an errno code when a file cannot be renamed
 */
export function shiftBackups(path: string, backupCount: number): void {
  for (let number = backupCount - 1; number >= 1; number--) {
    renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
  }
  renameIfThere(path, `${path}.1`);
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoName(error) !== 'ENOENT') throw error;
  }
}
