/**
 * What tsupervisor does to itself before the first program: becomes `user`, and sees to it that there are as many
 * descriptors and processes as `minfds` and `minprocs` ask for (Supervisor 4.3, options.py, set_uid, set_rlimits).
 */
import { setgid, setgroups, setuid, getuid } from 'node:process';
import { type Plan, type SupervisordValues } from '../config/plan.ts';
import { getLimit, isAbove, setLimit, type ResourceName } from '../linux/limits.ts';

/** A line for the activity log, or why we cannot start. */
export type Preparation =
  | { readonly kind: 'done'; readonly messages: readonly string[] }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Does it. Only at the first start: a restart repeats none of it. A lone command, which has no configuration, needs
 * neither many descriptors nor many processes, and runs with what it is given.
 */
export function prepareProcess({ file, supervisord }: Plan): Preparation {
  const problem = becomeUser(supervisord);
  if (problem !== undefined) return { kind: 'problem', message: problem };
  const { user } = supervisord;
  const messages = user === undefined ? [] : [`Set uid to user ${user.uid} succeeded`];
  return file === undefined ? { kind: 'done', messages } : raiseLimits(supervisord, messages);
}

function raiseLimits({ minfds, minprocs }: SupervisordValues, earlier: readonly string[]): Preparation {
  const messages = [...earlier];
  for (const { resource, name, least, text } of [
    { resource: 'nofile', name: 'RLIMIT_NOFILE', least: minfds, text: descriptorsText },
    { resource: 'nproc', name: 'RLIMIT_NPROC', least: minprocs, text: processesText },
  ] as const) {
    const raised = raiseLimit(resource, BigInt(Math.max(0, least)));
    if (typeof raised === 'object') return { kind: 'problem', message: text(least, raised.allowed) };
    if (raised) messages.push(`Increased ${name} limit to ${least}`);
  }
  return { kind: 'done', messages };
}

/** @returns what went wrong */
function becomeUser({ user }: SupervisordValues): string | undefined {
  if (user === undefined || user.uid === getuid?.()) return undefined;
  try {
    setgroups?.([...user.groups]);
    setgid?.(user.gid);
    setuid?.(user.uid);
    return undefined;
  } catch (error) {
    return `cannot become user ${user.name ?? user.uid}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** @returns whether it was raised; or what the machine allows instead */
function raiseLimit(resource: ResourceName, least: bigint): boolean | { readonly allowed: string } {
  const { soft, hard } = getLimit(resource);
  if (!isAbove(least, soft)) return false;
  try {
    setLimit(resource, { soft: least, hard: isAbove(least, hard) ? least : hard });
    return true;
  } catch {
    // EPERM: above the hard limit, without CAP_SYS_RESOURCE.
    return { allowed: String(hard) };
  }
}

const descriptorsText = (least: number, allowed: string): string =>
  `The minimum number of file descriptors required to run this process is ${least} as per the "minfds" command-line argument or config file setting. The current environment will only allow you to open ${allowed} file descriptors.  Either raise the number of usable file descriptors in your environment (see README.rst) or lower the minfds setting in the config file to allow the process to start.`;

const processesText = (least: number, allowed: string): string =>
  `The minimum number of available processes required to run this program is ${least} as per the "minprocs" command-line argument or config file setting. The current environment will only allow you to open ${allowed} processes.  Either raise the number of usable processes in your environment (see README.rst) or lower the minprocs setting in the config file to allow the program to start.`;
