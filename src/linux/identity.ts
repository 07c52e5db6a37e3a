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
import { addressOf, check, fixedMemory, libc } from './libc.ts';
import { type SystemCall, systemCall } from './system-calls.ts';

/** Who a program runs as: numeric ids, and the supplementary groups, all of them. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** A change of this thread's credentials, and the call that takes it back. */
export interface IdentityStep {
  readonly enter: SystemCall;
  readonly leave: SystemCall;
}

interface Ids {
  readonly real: bigint;
  readonly effective: bigint;
  readonly saved: bigint;
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
let ownGroupsMemory = fixedMemory(64 * idBytes);
let targetGroupsMemory = fixedMemory(64 * idBytes);

/** Whether the kernel can take these ids at all. */
export const areValid = ({ uid, gid, groups }: Credentials): boolean =>
  groups.length <= highestGroupCount && [uid, gid, ...groups].every(isId);

const isId = (id: number): boolean => Number.isInteger(id) && id >= 0 && id <= highestId;

/**
 * Calls `act` with the target's user, group and supplementary groups.
 *
 * @throws LibcError EPERM without CAP_SETUID and CAP_SETGID, EINVAL for an id that this user namespace does not map
 */
export const asIdentity = <Result>(target: Credentials | undefined, act: () => Result): Result =>
  within(target === undefined ? [] : identitySteps(target), act);

/**
 * Calls `act` so that files and pipes which it makes belong to the target. Only the effective uid changes: processes
 * of that uid cannot reach us meanwhile.
 *
 * @throws LibcError EPERM without CAP_SETUID, EINVAL for an id that this user namespace does not map
 */
export const asOwner = <Result>(uid: number | undefined, act: () => Result): Result =>
  within(
    uid === undefined ? [] : [userStep({ real: unchanged, effective: BigInt(uid), saved: unchanged })],
    act,
  );

/**
 * The steps from our identity to the target's, valid until the next call. They are taken back in the reverse order:
 * the user first, which brings back the capabilities that the groups need (capabilities(7)). None when the target is
 * ourselves and we may not change our groups, or need not.
 */
export function identitySteps({ uid, gid, groups }: Credentials): readonly IdentityStep[] {
  const id = BigInt(uid);
  // Without privileges we may run a program as ourselves, but the kernel would refuse to set even the same groups.
  const isOurselves = isEach(ownUserIds(), id) && isEach(ownGroupIds(), BigInt(gid));
  if (isOurselves && (uid !== 0 || !maySetGroups())) return [];
  return [
    groupsStep(groups),
    groupStep({ real: BigInt(gid), effective: BigInt(gid), saved: unchanged }),
    userStep({ real: id, effective: id, saved: ownUserIds().effective }),
  ];
}

/** A root without capabilities, as in a container with `--cap-drop=ALL`, may not set even the groups that it has. */
function maySetGroups(): boolean {
  const { leave } = groupsStep([]);
  try {
    systemCall(leave);
    return true;
  } catch {
    return false;
  }
}

function within<Result>(steps: readonly IdentityStep[], act: () => Result): Result {
  const entered: IdentityStep[] = [];
  try {
    for (const step of steps) {
      systemCall(step.enter);
      entered.push(step);
    }
    return act();
  } finally {
    comeBack(entered);
  }
}

function comeBack(entered: readonly IdentityStep[]): void {
  try {
    for (const { leave } of entered.toReversed()) systemCall(leave);
  } catch {
    process.abort();
  }
}

const userStep = (ids: Ids): IdentityStep => ({
  enter: { name: 'setresuid', args: listOf(ids) },
  leave: { name: 'setresuid', args: listOf(ownUserIds()) },
});

const groupStep = (ids: Ids): IdentityStep => ({
  enter: { name: 'setresgid', args: listOf(ids) },
  leave: { name: 'setresgid', args: listOf(ownGroupIds()) },
});

function groupsStep(groups: readonly number[]): IdentityStep {
  targetGroupsMemory = atLeast(targetGroupsMemory, groups.length);
  for (const [index, gid] of groups.entries()) targetGroupsMemory.writeUInt32LE(gid, index * idBytes);
  const ownCount = readOwnGroups();
  return {
    enter: { name: 'setgroups', args: [BigInt(groups.length), addressOf(targetGroupsMemory)] },
    leave: { name: 'setgroups', args: [BigInt(ownCount), addressOf(ownGroupsMemory)] },
  };
}

function ownUserIds(): Ids {
  check('getresuid', libc.getresuid(realOut, effectiveOut, savedOut));
  return idsRead();
}

function ownGroupIds(): Ids {
  check('getresgid', libc.getresgid(realOut, effectiveOut, savedOut));
  return idsRead();
}

const idsRead = (): Ids => ({
  real: BigInt(realOut.readUInt32LE(0)),
  effective: BigInt(effectiveOut.readUInt32LE(0)),
  saved: BigInt(savedOut.readUInt32LE(0)),
});

const isEach = (ids: Ids, id: bigint): boolean => listOf(ids).every((own) => own === id);

const listOf = ({ real, effective, saved }: Ids): readonly bigint[] => [real, effective, saved];

/** The supplementary groups of this thread, exactly. (process.getgroups() adds the effective gid.) */
export function ownGroups(): readonly number[] {
  const count = readOwnGroups();
  return Array.from({ length: count }, (_none, index) => ownGroupsMemory.readUInt32LE(index * idBytes));
}

/** Reads them into their memory. Returns how many they are. */
function readOwnGroups(): number {
  ownGroupsMemory = atLeast(ownGroupsMemory, check('getgroups', libc.getgroups(0, ownGroupsMemory)));
  return check('getgroups', libc.getgroups(ownGroupsMemory.byteLength / idBytes, ownGroupsMemory));
}

const atLeast = (memory: Buffer, count: number): Buffer =>
  memory.byteLength < count * idBytes ? fixedMemory(count * idBytes) : memory;
