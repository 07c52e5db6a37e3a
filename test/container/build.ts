import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/paths.ts';

/**
 * Builds an executable as `npm run build` does, from another entry or for another processor.
 *
 * @param words - what follows `scripts/build.ts`
 */
export async function build(...words: readonly string[]): Promise<void> {
  await promisify(execFile)(join(root, 'scripts/node'), [join(root, 'scripts/build.ts'), ...words]);
}
