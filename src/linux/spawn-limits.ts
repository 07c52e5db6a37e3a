/**
 * Limits of a program that is about to be spawned.
 *
 * Limits belong to the process and are inherited. So ours are set around the synchronous spawn: the program never runs
 * without its soft limits, and no capability is needed, for a soft limit can always come back. A hard limit that has
 * been lowered cannot, without CAP_SYS_RESOURCE; so the program's is lowered right after the spawn (prlimit(2)), as
 * are the limits that would hurt us even for so short a time.
 */
import { monotonicMs } from './clock.ts';
import { LibcError } from './libc.ts';
import { getLimit, isAbove, setLimit, setLimitOf, type LimitValue, type ResourceName } from './limits.ts';

/** A limit for a program. `keep`: the hard limit is not changed. */
export interface ProgramLimit {
  readonly resource: ResourceName;
  readonly soft: LimitValue;
  readonly hard: LimitValue | 'keep';
}

/**
 * The kernel lets the parent go on some microseconds before it gives the program its saved ids (exec_mmap comes before
 * commit_creds in execve). More than enough for that; a set-user-id program never gets them.
 */
const credentialsMs = 20;
/**
 * Some time later it gives the program the stack limit that was there when execve began (finalize_exec). A hard limit
 * that is set before that is lost, so it is set again and again for so long. It may still be lost on a busy machine;
 * the soft limit, which counts, is not.
 */
const stackMs = 2;

/** We are above these ourselves, in memory or in processor time: a spawn would fail, or a signal end us. */
const unbearable: ReadonlySet<ResourceName> = new Set(['as', 'data', 'cpu', 'rttime']);
const isBearable = ({ resource }: ProgramLimit): boolean => !unbearable.has(resource);

/**
 * Calls `act` with our hard limits raised to what the program is to have; they come down again afterwards.
 *
 * @throws LibcError EPERM without CAP_SYS_RESOURCE, EINVAL when soft is above hard
 */
export function withRaisedHardLimits<Result>(limits: readonly ProgramLimit[], act: () => Result): Result {
  const saved = limits.map(({ resource }) => ({ resource, limit: getLimit(resource) }));
  try {
    for (const limit of limits) raise(limit);
    return act();
  } finally {
    for (const { resource, limit } of saved) setLimit(resource, limit);
  }
}

/** A soft limit above a kept hard limit is refused by the kernel, which is what should happen (EINVAL). */
function raise({ resource, soft, hard }: ProgramLimit): void {
  const own = getLimit(resource);
  const wanted = hard === 'keep' ? own.hard : hard;
  if (isAbove(soft, wanted)) setLimit(resource, { soft, hard: wanted });
  if (isAbove(wanted, own.hard)) setLimit(resource, { soft: own.soft, hard: wanted });
}

/** Calls `act` with the program's soft limits as our own, where we can bear them. */
export function withSoftLimits<Result>(limits: readonly ProgramLimit[], act: () => Result): Result {
  const bearable = limits.filter(isBearable);
  if (bearable.some(({ resource }) => resource === 'stack')) growOwnStack();
  const saved = bearable.map(({ resource }) => ({ resource, limit: getLimit(resource) }));
  try {
    for (const { resource, soft } of bearable) setLimit(resource, { soft, hard: getLimit(resource).hard });
    return act();
  } finally {
    for (const { resource, limit } of saved) setLimit(resource, limit);
  }
}

let isStackGrown = false;

/** The kernel looks at the limit only when a stack grows: ours is as large as V8 lets it become before it is limited. */
function growOwnStack(): void {
  if (isStackGrown) return;
  const grow = (): number => grow() + 1;
  try {
    grow();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    isStackGrown = true;
  }
}

/**
 * Gives the running program what `withSoftLimits` could not.
 *
 * @throws LibcError EPERM
 */
export function limitProgram(pid: number, limit: ProgramLimit): void {
  if (limit.hard === 'keep' && isBearable(limit)) return;
  const hard = limit.hard === 'keep' ? getLimit(limit.resource).hard : limit.hard;
  const set = (): void => setLimitOf(pid, limit.resource, { soft: limit.soft, hard });
  const startMs = monotonicMs();
  while (!isAllowed(set, startMs + credentialsMs));
  while (limit.resource === 'stack' && monotonicMs() < startMs + stackMs) set();
}

/** Without CAP_SYS_RESOURCE it is allowed as soon as all the program's ids are the target's. */
function isAllowed(set: () => void, untilMs: number): boolean {
  try {
    set();
    return true;
  } catch (error) {
    if (!(error instanceof LibcError) || error.code !== 'EPERM' || monotonicMs() > untilMs) throw error;
    return false;
  }
}
