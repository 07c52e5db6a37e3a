import { readFileSync } from 'node:fs';
import { readCarriedText } from '../linux/carried-parts.ts';
import { writeAll } from '../linux/write-all.ts';
import { codeCacheUse } from '../code-cache.ts';
import { versionText } from './version-text.ts';

/** Exit code of wrong usage (Supervisor: 2). */
const usageExitCode = 2;

const usage = `usage: tsupervisor version [--verbose]

  --verbose   the versions of everything that is in this executable, too
`;

/** `tsupervisor version [--verbose]`: prints the version, or the versions of all parts, one a line. */
export const version = async (argv: readonly string[] = []): Promise<number> => {
  const [word, ...rest] = argv;
  if (rest.length > 0) return refuse(rest.join(' '));
  if (word === undefined) return answer(`${versionText}\n`);
  if (word === '--verbose') return answer(verboseText());
  return word === '--help' || word === '-h' ? answer(usage) : refuse(word);
};

function answer(text: string): number {
  writeAll(1, text);
  return 0;
}

function refuse(words: string): number {
  writeAll(2, `cannot use "${words}": expected --verbose or nothing\n${usage}`);
  return usageExitCode;
}

function verboseText(): string {
  // Parts that this Node was built without have an empty version.
  const runtime = Object.entries(process.versions).flatMap(([name, text = '']) =>
    text === '' ? [] : [`${name} ${text}`],
  );
  const carried = readCarriedText(process.execPath, 'versions') ?? `${imageLibraries()}\n`;
  return `tsupervisor ${versionText}\n${runtime.join('\n')}\n${carried}code cache: ${codeCacheUse()}\n`;
}

/** An executable built with `--plain`, or our sources, run on what the image has (proc_pid_maps(5)). */
function imageLibraries(): string {
  const [file = 'not to be found'] = /\/\S*\/libc[.-]\S+/.exec(readFileSync('/proc/self/maps', 'utf8')) ?? [];
  return `libc of the image: ${file}`;
}
