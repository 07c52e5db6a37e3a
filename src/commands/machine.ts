import { type Host, type Users } from '../config/host.ts';
import { machineHost } from '../config/machine-host.ts';
import { ownEnvironment } from '../linux/own-bytes.ts';
import { findGroup, findUser, groupsOf } from '../linux/users.ts';

/** passwd(5) and group(5), for the configuration: an entry, or nothing. */
const users: Users = {
  findUser: (nameOrUid) => {
    const found = findUser(String(nameOrUid));
    if (found?.name === undefined || found.gid === undefined) return undefined;
    const { name, uid, gid, home = '/', shell = '/bin/sh' } = found;
    return { name, uid, gid, home, shell };
  },
  findGroup: (nameOrGid) => {
    const found = findGroup(String(nameOrGid));
    return found?.name === undefined ? undefined : { name: found.name, gid: found.gid };
  },
  groupsOf,
};

/** The machine that we run on, as the configuration sees it. */
export function thisMachine(): Host {
  return machineHost(users, ownEnvironment());
}
