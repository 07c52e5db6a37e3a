/**
 * Our own arguments and environment, byte for byte (proc(5)): Node decodes them as UTF-8 and puts U+FFFD in place of
 * what is not. What a program is to get unchanged is read again, but only where there is such a character.
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

/** The environment with the bytes that it had. */
export function exactEnvironment(environment: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const isDamaged = [...environment].some((entry) => entry.join('').includes(replacement));
  const entries = isDamaged ? readStrings('/proc/self/environ') : [];
  return entries.length === 0 ? environment : new Map(entries.map(splitEntry));
}

function splitEntry(entry: string): readonly [string, string] {
  const at = entry.indexOf('=');
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
}

/** The strings of the file, each ended by a NUL; none when it cannot be read. */
function readStrings(path: string): readonly string[] {
  try {
    return textOfBytes(readFileSync(path)).split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
