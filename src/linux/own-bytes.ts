/**
 * Our own arguments and environment, byte for byte (proc(5)): Node decodes them as UTF-8 and puts U+FFFD in place of
 * what is not, and the launcher hides from Node what is for programs (src/launcher/stack.c).
 */
import { readFileSync } from 'node:fs';
import { textOfBytes } from '../core/byte-text.ts';

const replacement = '\uFFFD';

/** The words, which are the last of our arguments, with the bytes that they had (byte-text.ts). */
export function exactWords(words: readonly string[]): readonly string[] {
  if (!words.some((word) => word.includes(replacement))) return words;
  const exact = readStrings('/proc/self/cmdline').slice(-words.length);
  return exact.length === words.length ? exact : words;
}

/** The environment that we were started with. Of two entries of one name the first counts, as for getenv(3). */
export function ownEnvironment(): ReadonlyMap<string, string> {
  const environment = new Map<string, string>();
  for (const [name, value] of environmentEntries()) if (!environment.has(name)) environment.set(name, value);
  return environment;
}

function environmentEntries(): readonly (readonly [string, string])[] {
  const strings = readStrings('/proc/self/environ');
  // Without a /proc there is what Node knows.
  if (strings.length === 0) return Object.entries(process.env).map(([name, value = '']) => [name, value]);
  return strings.filter((entry) => entry.includes('=')).map(splitEntry);
}

function splitEntry(entry: string): readonly [string, string] {
  const at = entry.indexOf('=');
  return [entry.slice(0, at), entry.slice(at + 1)];
}

/** The strings of the file, each ended by a NUL; none when it cannot be read. */
function readStrings(path: string): readonly string[] {
  try {
    return textOfBytes(readFileSync(path)).split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
