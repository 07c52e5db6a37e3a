import { posix } from 'node:path';
import { isDirectory, type Host } from './host.ts';

const MAGIC = /[*?[]/;

const escapeRegExp = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

/** The `[…]` that starts at `start`: its end and its regular expression. undefined: it is not closed. */
function classAt(
  pattern: string,
  start: number,
): { readonly end: number; readonly source: string } | undefined {
  const negated = pattern[start + 1] === '!';
  const first = start + (negated ? 2 : 1);
  // A `]` right after the opening is one of the characters.
  const end = pattern.indexOf(']', first + 1);
  if (end === -1) return undefined;
  const inside = pattern.slice(first, end).replaceAll(/[[\\\]^&~|]/g, String.raw`\$&`);
  return { end, source: `[${negated ? '^' : ''}${inside}]` };
}

/** fnmatch(3) without FNM_PATHNAME, as Python's fnmatch has it. */
function nameMatcher(pattern: string): (name: string) => boolean {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    const found = character === '[' ? classAt(pattern, index) : undefined;
    if (found) index = found.end;
    // Runs of stars are one star: two would make the regular expression try every split.
    const star = character === '*' && !source.endsWith('.*') ? '.*' : '';
    source += found?.source ?? (character === '?' ? '.' : character === '*' ? star : escapeRegExp(character));
  }
  try {
    const expression = new RegExp(`^${source}$`, 's');
    return (name) => expression.test(name);
  } catch {
    // A range that runs backwards (`[z-a]`) matches nothing.
    return () => false;
  }
}

function namesIn(host: Host, directory: string, pattern: string): readonly string[] {
  const matches = nameMatcher(pattern);
  const hidden = pattern.startsWith('.');
  const names = host.listDirectory(directory === '' ? '.' : directory) ?? [];
  return names.filter((name) => (hidden || !name.startsWith('.')) && matches(name));
}

function entriesOf(host: Host, directory: string, pattern: string): readonly string[] {
  if (MAGIC.test(pattern)) return namesIn(host, directory, pattern);
  const exists =
    pattern === '' ? isDirectory(host, directory) : host.hasEntry(posix.join(directory, pattern));
  return exists ? [pattern] : [];
}

const join = (parent: string, name: string): string =>
  parent === '' || parent.endsWith('/') ? parent + name : `${parent}/${name}`;

/**
 * The paths that match a pattern with `*`, `?` and `[…]`, sorted by code point. A leading dot is matched only by a dot;
 * `**` is `*`.
 *
 * Source: Python's `glob.glob`, which Supervisor's [include] uses.
 */
export function glob(host: Host, pattern: string): readonly string[] {
  const slash = pattern.lastIndexOf('/');
  const base = pattern.slice(slash + 1);
  const directory = slash > 0 ? pattern.slice(0, slash) : pattern.slice(0, slash + 1);
  const directories = MAGIC.test(directory) ? glob(host, directory) : [directory];
  return directories
    .flatMap((parent) => entriesOf(host, parent, base).map((name) => join(parent, name)))
    .toSorted((a, b) => (a < b ? -1 : Number(a > b)));
}
