import { renameSync, unlinkSync } from 'node:fs';
import { errnoName } from './errno.ts';

/** Is told what becomes of rotated files. */
export interface BackupWatcher {
  /** A rotated file has another name; what had that name before is gone. */
  moved(from: string, to: string): void;
  /** A rotated file is gone. */
  removed(path: string): void;
}

/**
 * Moves a full log out of the way: `.N-1` to `.N`, …, the file to `.1`; the oldest is overwritten. Backups that are
 * missing are no obstacle (Supervisor's `RotatingFileHandler.doRollover`, loggers.py).
 *
 * With a watcher, backups may be compressed (`.N.gz`) or not, in any mixture. Where a number has both, the compressed
 * one is the older or the same: it goes.
 *
 * @throws Error with an errno code when a file cannot be renamed
 */
export function shiftBackups(path: string, backupCount: number, watcher?: BackupWatcher): void {
  for (let number = backupCount - 1; number >= 1; number--) {
    shift(`${path}.${number}`, `${path}.${number + 1}`, watcher);
  }
  const newest = `${path}.1`;
  if (!renameIfThere(path, newest) || watcher === undefined) return;
  watcher.moved(path, newest);
  removeIfThere(`${newest}.gz`);
}

function shift(from: string, to: string, watcher: BackupWatcher | undefined): void {
  if (watcher === undefined) return void renameIfThere(from, to);
  if (renameIfThere(from, to)) {
    watcher.moved(from, to);
    removeIfThere(`${from}.gz`);
    removeIfThere(`${to}.gz`);
  } else if (renameIfThere(`${from}.gz`, `${to}.gz`)) {
    watcher.removed(to);
    removeIfThere(to);
  }
}

function renameIfThere(from: string, to: string): boolean {
  return ifThere(() => renameSync(from, to));
}

/**
 * Removes a file.
 *
 * @returns whether there was one
 * @throws Error with an errno code when it cannot be removed
 */
export function removeIfThere(path: string): boolean {
  return ifThere(() => unlinkSync(path));
}

function ifThere(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (errnoName(error) !== 'ENOENT') throw error;
    return false;
  }
}
