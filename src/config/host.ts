/** A user of the machine, as passwd(5) has it. */
export interface User {
  readonly name: string;
  readonly uid: number;
  /** The primary group. */
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** A group of the machine, as group(5) has it. */
export interface UserGroup {
  readonly name: string;
  readonly gid: number;
}

/** What reading a file came to. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly cause: string };

/** What stat(2) says that the configuration asks for. */
export interface FileStatus {
  readonly isDirectory: boolean;
  /** The permission bits. */
  readonly mode: number;
}

/** Looks up users and groups; a name or a number as text. */
export interface Users {
  readonly findUser: (nameOrUid: string | number) => User | undefined;
  readonly findGroup: (nameOrGid: string | number) => UserGroup | undefined;
  /** All groups of a user, the primary one first. */
  readonly groupsOf: (name: string, primaryGid: number) => readonly number[];
}

/** The little that a configuration may ask of the machine; a test gives a fake. */
export interface Host extends Users {
  readonly readFile: (path: string) => FileText;
  /** A file of variables: no pipe, and its bytes as they are (byte-text.ts). */
  readonly readValues: (path: string) => FileText;
  /** The names in a directory; undefined: it cannot be listed. */
  readonly listDirectory: (path: string) => readonly string[] | undefined;
  /** Follows symbolic links; undefined: there is nothing. */
  readonly stat: (path: string) => FileStatus | undefined;
  /** Whether there is an entry, be it a broken link. */
  readonly hasEntry: (path: string) => boolean;
  /** access(2) with X_OK. */
  readonly isExecutable: (path: string) => boolean;
  readonly uid: number;
  readonly environment: ReadonlyMap<string, string>;
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly nodename: string;
}

/** Whether a path is a directory, or a link to one. */
export const isDirectory = (host: Host, path: string): boolean => host.stat(path)?.isDirectory ?? false;

const nothing = (): undefined => undefined;
const no = (): false => false;

/** A machine on which there is nothing, run by root: what defaults are parsed with, and what a fake starts from. */
export const emptyHost: Host = {
  findUser: nothing,
  findGroup: nothing,
  groupsOf: (_name, primaryGid) => [primaryGid],
  readFile: () => ({ kind: 'missing' }),
  readValues: () => ({ kind: 'missing' }),
  listDirectory: nothing,
  stat: nothing,
  hasEntry: no,
  isExecutable: no,
  uid: 0,
  environment: new Map(),
  cwd: '/',
  nodename: 'localhost',
};
