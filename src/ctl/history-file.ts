/** The file with what was typed in the shell, as GNU readline keeps it: the oldest line first. */
import { readFileSync, writeFileSync } from 'node:fs';

const ownerOnly = 0o600;

/** The lines, the newest first; none when the file cannot be read. */
export function readHistory(path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .toReversed();
  } catch {
    // supervisorctl goes on without a history as well: it is a comfort.
    return [];
  }
}

/** Writes the lines back; a file that cannot be written stays as it is. */
export function writeHistory(path: string | undefined, newestFirst: readonly string[]): void {
  if (path === undefined) return;
  const text = newestFirst
    .toReversed()
    .map((line) => `${line}\n`)
    .join('');
  try {
    writeFileSync(path, text, { mode: ownerOnly });
  } catch {
    // As in readHistory.
  }
}
