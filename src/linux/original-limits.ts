/**
 * The limits that we were started with.
 *
 * Node raises the soft limit of open files to the hard one before any JavaScript runs (node.cc, PlatformInit), so our
 * programs would inherit a limit that nobody set. The launcher of the self-contained executable runs before Node and
 * leaves the original in two entries of its own in the auxiliary vector (src/launcher/stack.h). A vector is made anew
 * by each execve(2): the programs see nothing of it.
 */
import { newerFunction } from './libc.ts';
import { type Limit, type LimitValue } from './limits.ts';

/** src/launcher/stack.h */
const AT_OPEN_FILES_SOFT = 0x74730001n;
const AT_OPEN_FILES_HARD = 0x74730002n;

/** <sys/resource.h> */
const RLIM_INFINITY = 0xffffffffffffffffn;

/**
 * The limit of open files (RLIMIT_NOFILE) from before Node raised it.
 *
 * @returns undefined when no launcher started us: from the sources, or an executable built with `--plain`
 */
export function originalOpenFiles(): Limit | undefined {
  // unsigned long getauxval(unsigned long type): 0 when there is no such entry (getauxval(3)).
  const getauxval = newerFunction('getauxval', '2.16', { return: 'uint64', arguments: ['uint64'] });
  const hard = getauxval(AT_OPEN_FILES_HARD);
  // The soft limit alone may be 0: nothing could be executed with a hard limit of 0.
  if (hard === 0n) return undefined;
  return { soft: decode(getauxval(AT_OPEN_FILES_SOFT)), hard: decode(hard) };
}

const decode = (value: bigint): LimitValue => (value === RLIM_INFINITY ? 'unlimited' : value);
