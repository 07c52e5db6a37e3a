import { posix } from 'node:path';
import { isDirectory, type Host } from './host.ts';
import { type Datatype } from './datatype.ts';
import { ValueError } from './value-error.ts';

// Looking behind finds them in one go; without it, each slash anywhere is a place to begin again.
const slashesAtEnd = /(?<!\/)\/+$/;

/** `~` and `~user` at the start of a path; kept as they are when nobody has such a home. */
function expandUser(path: string, host: Host): string {
  if (!path.startsWith('~')) return path;
  const end = path.includes('/') ? path.indexOf('/') : path.length;
  const name = path.slice(1, end);
  const home =
    name === '' ? (host.environment.get('HOME') ?? host.findUser(host.uid)?.home) : host.findUser(name)?.home;
  if (home === undefined) return path;
  return home.replace(slashesAtEnd, '') + path.slice(end) || '/';
}

/** An absolute path without `.` and `..`; `~` is expanded. Source: Supervisor's `normalize_path`. */
export const absolutePath = (path: string, host: Host): string =>
  posix.resolve(host.cwd, expandUser(path, host));

/** Python's `os.path.dirname`: empty when there is no slash. */
function directoryOf(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1);
  return head.replace(slashesAtEnd, '') || head;
}

const makeDirectory = 'make it in the image, or mount it';

/** A directory that exists; `~` is expanded. */
export const existingDirectory: Datatype<string> = {
  expects: 'a directory that exists',
  parse: (text, host) => {
    const path = expandUser(text, host);
    if (!isDirectory(host, path))
      throw new ValueError(
        `${text} is not an existing directory`,
        'there is no such directory',
        makeDirectory,
      );
    return path;
  },
};

/** A file, which need not exist, in a directory that does; `~` is expanded. @throws ValueError */
export function pathInDirectory(text: string, host: Host): string {
  const path = expandUser(text, host);
  const directory = directoryOf(path);
  if (directory === '' || isDirectory(host, directory)) return path;
  throw new ValueError(
    `The directory named as part of the path ${text} does not exist`,
    `the directory ${directory} does not exist`,
    makeDirectory,
  );
}

/** A file in a directory that exists. */
export const existingDirpath: Datatype<string> = {
  expects: 'a file in a directory that exists',
  parse: pathInDirectory,
};

/** Ours: paths between commas; relative ones belong to the daemon's working directory. */
export const pathList: Datatype<readonly string[]> = {
  expects: 'paths separated by commas',
  parse: (text, host) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) =>
        part.startsWith('-') ? `-${absolutePath(part.slice(1), host)}` : absolutePath(part, host),
      ),
};
