import { type Datatype } from './datatype.ts';
import { type Host, type User } from './host.ts';
import { strip } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** Who a program runs as. */
export interface Identity {
  /** undefined: the uid has no passwd entry. */
  readonly name: string | undefined;
  readonly uid: number;
  readonly gid: number;
  /** All groups, the primary one first. */
  readonly groups: readonly number[];
  readonly home: string | undefined;
}

/** Who owns a socket. */
export interface Owner {
  readonly uid: number;
  /** undefined: the group stays as it is. */
  readonly gid: number | undefined;
}

const INTEGER = /^[+-]?\d+$/;

const addUser = 'add the user in the image, or write uid:gid';

/** A name or a uid that passwd knows. @throws ValueError */
function parseUser(text: string, host: Host): User {
  const trimmed = strip(text);
  const isUid = INTEGER.test(trimmed);
  const found = host.findUser(isUid ? Number(trimmed) : text);
  if (found !== undefined) return found;
  throw isUid
    ? new ValueError(`Invalid user id ${text}`, `there is no user with the uid ${trimmed}`, addUser)
    : new ValueError(`Invalid user name ${text}`, 'there is no such user', addUser);
}

function parseGid(text: string, host: Host): number {
  const trimmed = strip(text);
  const isGid = INTEGER.test(trimmed);
  const found = host.findGroup(isGid ? Number(trimmed) : text);
  if (found !== undefined) return found.gid;
  throw isGid
    ? new ValueError(`Invalid group id ${text}`, `there is no group with the gid ${trimmed}`)
    : new ValueError(`Invalid group name ${text}`, `there is no group ${text}`);
}

const identityOf = (user: User, host: Host): Identity => ({
  name: user.name,
  uid: user.uid,
  gid: user.gid,
  groups: host.groupsOf(user.name, user.gid),
  home: user.home,
});

/** Ours: `user:group`. Numbers need no entry in passwd or group, as in `docker run --user`. */
function parsePair(userText: string, groupText: string, host: Host): Identity {
  const gid = INTEGER.test(groupText) ? Number(groupText) : parseGid(groupText, host);
  const known = INTEGER.test(userText) ? host.findUser(Number(userText)) : parseUser(userText, host);
  const { name, home } = known ?? { name: undefined, home: undefined };
  return { name, uid: known?.uid ?? Number(userText), gid, groups: [gid], home };
}

/** A user name or a uid; ours: also `user:group`. Supplementary groups come with a user alone. */
export const identity: Datatype<Identity> = {
  expects: 'a user name, a uid or user:group',
  parse: (text, host) => {
    const colon = text.indexOf(':');
    if (colon === -1) return identityOf(parseUser(text, host), host);
    return parsePair(strip(text.slice(0, colon)), strip(text.slice(colon + 1)), host);
  },
};

/** `user` or `user:group`, names or numbers. @param option the name by which Supervisor's message calls it */
export const ownerOf = (option: string): Datatype<Owner> => ({
  expects: 'a user, or user:group',
  parse: (text, host) => {
    try {
      const colon = text.indexOf(':');
      if (colon === -1) return { uid: parseUser(text, host).uid, gid: undefined };
      return { uid: parseUser(text.slice(0, colon), host).uid, gid: parseGid(text.slice(colon + 1), host) };
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new ValueError(`Invalid ${option} value ${text}`, error.message);
    }
  },
});
