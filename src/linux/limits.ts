/** Resource limits (getrlimit(2)). */
import { addressOf, check, fixedMemory, libc } from './libc.ts';

/** A number in the resource's own unit (bytes, seconds, a count …), or no limit at all. */
export type LimitValue = bigint | 'unlimited';

/** A soft limit, which the process may raise, up to its hard limit. */
export interface Limit {
  readonly soft: LimitValue;
  readonly hard: LimitValue;
}

/** <asm-generic/resource.h>: the same on x86-64 and arm64. */
const RESOURCES = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
} as const;

/** A resource as setrlimit(2) names it, without RLIMIT_ and in lower case. */
export type ResourceName = keyof typeof RESOURCES;

const RLIM_INFINITY = 0xffffffffffffffffn;
const ownPid = 0;

/** struct rlimit: rlim_cur at byte 0, rlim_max at 8; <bits/resource.h>, 64-bit. */
const limitBytes = 16;
const newLimit = fixedMemory(limitBytes);
const oldLimit = fixedMemory(limitBytes);

/** The resource names, for text that comes from outside. */
export const resourceNames: ReadonlyMap<string, ResourceName> = new Map(
  Object.keys(RESOURCES)
    .filter((name): name is ResourceName => Object.hasOwn(RESOURCES, name))
    .map((name) => [name, name]),
);

/** A limit of this process. */
export function getLimit(resource: ResourceName): Limit {
  check('prlimit', libc.prlimit(ownPid, RESOURCES[resource], null, addressOf(oldLimit)));
  return { soft: decode(oldLimit.readBigUInt64LE(0)), hard: decode(oldLimit.readBigUInt64LE(8)) };
}

/**
 * Sets a limit of this process.
 *
 * @throws LibcError EPERM when the hard limit rises without CAP_SYS_RESOURCE, EINVAL when soft is above hard
 */
export const setLimit = (resource: ResourceName, limit: Limit): void => setLimitOf(ownPid, resource, limit);

/**
 * Sets a limit of another process (prlimit(2)).
 *
 * @throws LibcError EPERM (also without CAP_SYS_RESOURCE when its ids are not our real ids), EINVAL, ESRCH
 */
export function setLimitOf(pid: number, resource: ResourceName, limit: Limit): void {
  newLimit.writeBigUInt64LE(encode(limit.soft), 0);
  newLimit.writeBigUInt64LE(encode(limit.hard), 8);
  check('prlimit', libc.prlimit(pid, RESOURCES[resource], addressOf(newLimit), null));
}

/** Whether one limit lies above another. */
export const isAbove = (value: LimitValue, other: LimitValue): boolean => encode(value) > encode(other);

const encode = (value: LimitValue): bigint => (value === 'unlimited' ? RLIM_INFINITY : value);
const decode = (value: bigint): LimitValue => (value === RLIM_INFINITY ? 'unlimited' : value);
