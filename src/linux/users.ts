/**
 * Users and groups, from /etc/passwd and /etc/group (passwd(5), group(5)).
 *
 * The files are read directly, not through NSS: in a container there is nothing else, and often not even they. A
 * file that is missing or cannot be read is an empty one, and a malformed line is passed over. A file is read again when it has changed.
 */
import { readFileSync, statSync } from 'node:fs';

/** A user. Without an entry in /etc/passwd only the uid is known; it is then enough to run as. */
export interface User {
  readonly name: string | undefined;
  readonly uid: number;
  /** The primary group. undefined: no entry, so the caller decides (a container runtime would take 0). */
  readonly gid: number | undefined;
  readonly home: string | undefined;
  readonly shell: string | undefined;
}

/** A group. Without an entry in /etc/group only the gid is known. */
export interface Group {
  readonly name: string | undefined;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Where the two files are. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

interface Cached {
  readonly version: string;
  readonly rows: readonly (readonly string[])[];
}

const systemFiles: UserFiles = { passwd: '/etc/passwd', group: '/etc/group' };
/** (uid_t) -1 is "no user" to the kernel. */
const highestId = 0xfffffffe;

const cache = new Map<string, Cached>();

/**
 * Finds a user by name or by uid in decimal. Digits are always a uid, as in Supervisor (datatypes.py, name_to_uid).
 *
 * @returns undefined for a name without an entry; a uid without one is found, with only its uid
 */
export function findUser(nameOrUid: string, files: UserFiles = systemFiles): User | undefined {
  const uid = idOf(nameOrUid);
  const users = rowsOf(files.passwd).flatMap(userOf);
  if (uid === undefined) return users.find(({ name }) => name === nameOrUid);
  const nobody = { name: undefined, uid, gid: undefined, home: undefined, shell: undefined };
  return users.find((user) => user.uid === uid) ?? nobody;
}

/**
 * Finds a group by name or by gid in decimal.
 *
 * @returns undefined for a name without an entry; a gid without one is found, with only its gid
 */
export function findGroup(nameOrGid: string, files: UserFiles = systemFiles): Group | undefined {
  const gid = idOf(nameOrGid);
  const groups = rowsOf(files.group).flatMap(groupOf);
  if (gid === undefined) return groups.find(({ name }) => name === nameOrGid);
  return groups.find((group) => group.gid === gid) ?? { name: undefined, gid, members: [] };
}

/** The groups that a user's processes have: the primary one first, then each that lists the name (initgroups(3)). */
export function groupsOf(
  userName: string | undefined,
  primaryGid: number,
  files: UserFiles = systemFiles,
): readonly number[] {
  const listed = rowsOf(files.group)
    .flatMap(groupOf)
    .filter(({ members }) => userName !== undefined && members.includes(userName));
  return [...new Set([primaryGid, ...listed.map(({ gid }) => gid)])];
}

function userOf([
  name = '',
  ,
  uidText = '',
  gidText = '',
  ,
  home,
  shell,
]: readonly string[]): readonly User[] {
  const [uid, gid] = [idOf(uidText), idOf(gidText)];
  if (name === '' || uid === undefined || gid === undefined) return [];
  return [{ name, uid, gid, home, shell }];
}

function groupOf([name = '', , gidText = '', members = '']: readonly string[]): readonly Group[] {
  const gid = idOf(gidText);
  if (name === '' || gid === undefined) return [];
  return [{ name, gid, members: members.split(',').filter((member) => member !== '') }];
}

function idOf(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= highestId ? Number(text) : undefined;
}

function rowsOf(path: string): readonly (readonly string[])[] {
  const version = readOr('', () => versionOf(path));
  const known = cache.get(path);
  if (known !== undefined && known.version === version) return known.rows;
  const rows = readOr('', () => readFileSync(path, 'utf8'))
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split(':'));
  cache.set(path, { version, rows });
  return rows;
}

/** What changes when the file does. */
function versionOf(path: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return fallback;
    throw error;
  }
}
