/**
 * How many files a program may open when its section does not say: what tsupervisor itself was started with, and at
 * least `minfds`. Node has raised our own soft limit, and some programs walk through every descriptor that they could
 * have.
 */
import { getLimit, isAbove, setLimit, type LimitValue } from '../linux/limits.ts';
import { originalOpenFiles } from '../linux/original-limits.ts';
import { type ProgramLimit } from '../linux/spawn-limits.ts';

let inherited: ProgramLimit | undefined;

/** What programs inherit; undefined: our own limit as it is. */
export const inheritedOpenFiles = (): ProgramLimit | undefined => inherited;

/** `raised`: programs get more than we were given; `refused`: the hard limit that does not allow it. */
export type Settled = 'enough' | 'raised' | { readonly refused: LimitValue };

/** Sees to it that at least `least` files can be opened, here and by programs. */
export function settleOpenFiles(least: bigint): Settled {
  const own = getLimit('nofile');
  const { soft, hard } = originalOpenFiles() ?? own;
  const isShort = isAbove(least, soft);
  const wanted = isShort ? least : soft;
  inherited = wanted === own.soft ? undefined : { resource: 'nofile', soft: wanted, hard: 'keep' };
  if (!isAbove(least, own.soft)) return isShort ? 'raised' : 'enough';
  try {
    setLimit('nofile', { soft: least, hard: isAbove(least, hard) ? least : hard });
    return 'raised';
  } catch {
    // EPERM: above the hard limit, without CAP_SYS_RESOURCE.
    return { refused: hard };
  }
}
