/**
 * Acting as somebody else, on this thread only and for one synchronous call.
 *
 * posix_spawn(3) has no attribute for user and groups, but a new process inherits the credentials of the thread that
 * makes it. So the thread takes the target's real and effective ids, keeps its own user id as the saved one, acts, and
 * comes back. When the way back fails the process aborts: nothing may go on under a half-changed identity.
 *
 * While the real uid is the target's, which is some 100 µs, processes of that uid may signal us (kill(2)). In a
 * container SIGKILL and SIGSTOP do not reach PID 1 even so.
 */
import { addressOf, check, fixedMemory, libc, LibcError } from './libc.ts';
import { systemCall } from './system-calls.ts';

/** Who a program runs as: numeric ids, and the supplementary groups, all of them. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

interface Identity {
  readonly realUid: bigint;
  readonly effectiveUid: bigint;
  readonly savedUid: bigint;
  readonly realGid: bigint;
  readonly effectiveGid: bigint;
  readonly savedGid: bigint;
  readonly groups: readonly number[];
}

// -1 means "as it is" to setresuid(2): as a wanted id it would leave the program with our own identity.
const unchanged = 0xffffffffn;
const highestId = 0xfffffffe;
/** NGROUPS_MAX of <linux/limits.h>. */
const highestGroupCount = 65_536;
const idBytes = 4;

const realOut = fixedMemory(idBytes);
const effectiveOut = fixedMemory(idBytes);
const savedOut = fixedMemory(idBytes);
let groupsMemory = fixedMemory(64 * idBytes);

/** Whether the kernel can take these ids at all. */
export function areValid(credentials: Credentials): boolean {
  const ids = [credentials.uid, credentials.gid, ...credentials.groups];
  return (
    ids.length <= highestGroupCount && ids.every((id) => Number.isInteger(id) && id >= 0 && id <= highestId)
  );
}

/**
 * Calls `act` with the target's user, group and supplementary groups.
 *
 * @throws LibcError EPERM without CAP_SETUID and CAP_SETGID, EINVAL for an id that this user namespace does not map
 */
export function asIdentity<Result>(target: Credentials | undefined, act: () => Result): Result {
  if (target === undefined) return act();
  const own = ownIdentity();
  try {
    enter(target, own);
    return act();
  } finally {
    comeBack(own);
  }
}

/**
 * Calls `act` so that files and pipes which it makes belong to the target. Only the effective uid changes: processes
 * of that uid cannot reach us meanwhile.
 *
 * @throws LibcError EPERM without CAP_SETUID, EINVAL for an id that this user namespace does not map
 */
export function asOwner<Result>(uid: number | undefined, act: () => Result): Result {
  if (uid === undefined) return act();
  const own = ownIdentity();
  try {
    systemCall('setresuid', unchanged, BigInt(uid), unchanged);
    return act();
  } finally {
    comeBackAsUser(own);
  }
}

function enter(target: Credentials, own: Identity): void {
  setGroups(target.groups);
  systemCall('setresgid', BigInt(target.gid), BigInt(target.gid), unchanged);
  systemCall('setresuid', BigInt(target.uid), BigInt(target.uid), own.effectiveUid);
}

/** The way back. The user comes first: it brings back the capabilities that the groups need (capabilities(7)). */
function comeBack(own: Identity): void {
  comeBackAsUser(own);
  orAbort(() => {
    systemCall('setresgid', own.realGid, own.effectiveGid, own.savedGid);
    restoreGroups(own.groups);
  });
}

const comeBackAsUser = (own: Identity): void =>
  orAbort(() => systemCall('setresuid', own.realUid, own.effectiveUid, own.savedUid));

function orAbort(act: () => void): void {
  try {
    act();
  } catch {
    process.abort();
  }
}

/** Without CAP_SETGID the groups cannot be set; then they have not been changed either. */
function restoreGroups(groups: readonly number[]): void {
  try {
    setGroups(groups);
  } catch (error) {
    const now = ownGroups();
    const isSame = groups.length === now.length && groups.every((gid, index) => gid === now[index]);
    if (!(error instanceof LibcError) || !isSame) throw error;
  }
}

function setGroups(groups: readonly number[]): void {
  if (groupsMemory.byteLength < groups.length * idBytes) groupsMemory = fixedMemory(groups.length * idBytes);
  for (const [index, gid] of groups.entries()) groupsMemory.writeUInt32LE(gid, index * idBytes);
  systemCall('setgroups', BigInt(groups.length), addressOf(groupsMemory));
}

function ownIdentity(): Identity {
  check('getresuid', libc.getresuid(realOut, effectiveOut, savedOut));
  const [realUid, effectiveUid, savedUid] = [id(realOut), id(effectiveOut), id(savedOut)];
  check('getresgid', libc.getresgid(realOut, effectiveOut, savedOut));
  const [realGid, effectiveGid, savedGid] = [id(realOut), id(effectiveOut), id(savedOut)];
  return { realUid, effectiveUid, savedUid, realGid, effectiveGid, savedGid, groups: ownGroups() };
}

const id = (out: Buffer): bigint => BigInt(out.readUInt32LE(0));

/** The supplementary groups of this thread, exactly. (process.getgroups() adds the effective gid.) */
export function ownGroups(): readonly number[] {
  const count = check('getgroups', libc.getgroups(0, groupsMemory));
  if (groupsMemory.byteLength < count * idBytes) groupsMemory = fixedMemory(count * idBytes);
  check('getgroups', libc.getgroups(count, groupsMemory));
  return Array.from({ length: count }, (_none, index) => groupsMemory.readUInt32LE(index * idBytes));
}
