import { type Host, isDirectory } from '../config/host.ts';

/** Where a command word leads, or why it leads nowhere with the shell's exit code for it (POSIX sh, 2.8.2). */
export type Executable =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'notFound'; readonly exitCode: 126 | 127; readonly why: string };

/** What execvp(3) searches when there is no PATH. */
const defaultPath = '/bin:/usr/bin';

/** Searches PATH as execvp(3) does: the first file that can be executed. */
export function findExecutable(word: string, path: string | undefined, host: Host): Executable {
  if (word === '') return { kind: 'notFound', exitCode: 127, why: 'the command is empty' };
  const candidates = word.includes('/')
    ? [word]
    : (path ?? defaultPath).split(':').map((directory) => `${directory === '' ? '.' : directory}/${word}`);
  const found = candidates.find((candidate) => host.isExecutable(candidate) && !isDirectory(host, candidate));
  if (found !== undefined) return { kind: 'found', path: found };
  return explain(word, candidates.find(host.hasEntry), host);
}

function explain(word: string, existing: string | undefined, host: Host): Executable {
  if (existing !== undefined) {
    const what = isDirectory(host, existing) ? 'is a directory' : 'is not executable';
    return { kind: 'notFound', exitCode: 126, why: `${existing} ${what}` };
  }
  const where = word.includes('/') ? 'there is no such file' : 'there is no such file in PATH';
  return { kind: 'notFound', exitCode: 127, why: where };
}
