/**
 * What tsupervisor does to itself before the first program: becomes `user`, and sees to it that there are as many
 * descriptors and processes as `minfds` and `minprocs` ask for (Supervisor 4.3, options.py, set_uid, set_rlimits).
 */
import { access } from 'node:fs';
import { setgid, setgroups, setuid, getuid } from 'node:process';
import { type Plan, type SupervisordValues } from '../config/plan.ts';
import { getLimit, isAbove, setLimit, type LimitValue } from '../linux/limits.ts';
import { settleOpenFiles, type Settled } from './open-files.ts';

/** A line for the activity log, or why we cannot start. */
export type Preparation =
  | { readonly kind: 'done'; readonly messages: readonly string[] }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Does it. Only at the first start: a restart repeats none of it. A lone command, which has no configuration, needs
 * neither many descriptors nor many processes, and runs with what it is given.
 */
export function prepareProcess({ file, supervisord }: Plan): Preparation {
  startThreads();
  const problem = becomeUser(supervisord);
  if (problem !== undefined) return { kind: 'problem', message: problem };
  const { user } = supervisord;
  const messages = user === undefined ? [] : [`Set uid to user ${user.uid} succeeded`];
  const least = file === undefined ? { minfds: 0, minprocs: 0 } : supervisord;
  return raiseLimits(least, messages);
}

type Least = Pick<SupervisordValues, 'minfds' | 'minprocs'>;

function raiseLimits({ minfds, minprocs }: Least, earlier: readonly string[]): Preparation {
  const files = settleOpenFiles(BigInt(Math.max(0, minfds)));
  if (typeof files === 'object') return { kind: 'problem', message: descriptorsText(minfds, files.refused) };
  const processes = settleProcesses(BigInt(Math.max(0, minprocs)));
  if (typeof processes === 'object')
    return { kind: 'problem', message: processesText(minprocs, processes.refused) };
  const messages = [...earlier];
  if (files === 'raised') messages.push(`Increased RLIMIT_NOFILE limit to ${minfds}`);
  if (processes === 'raised') messages.push(`Increased RLIMIT_NPROC limit to ${minprocs}`);
  return { kind: 'done', messages };
}

/**
 * libuv makes its threads when the first is needed, and aborts when it cannot. They must be there before a program has
 * used up every process that the container may have, or PID 1 would die of it.
 */
function startThreads(): void {
  access('/', () => undefined);
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

function settleProcesses(least: bigint): Settled {
  const { soft, hard } = getLimit('nproc');
  if (!isAbove(least, soft)) return 'enough';
  try {
    setLimit('nproc', { soft: least, hard: isAbove(least, hard) ? least : hard });
    return 'raised';
  } catch {
    // As for open files.
    return { refused: hard };
  }
}

const descriptorsText = (least: number, allowed: LimitValue): string =>
  `The minimum number of file descriptors required to run this process is ${least} as per the "minfds" command-line argument or config file setting. The current environment will only allow you to open ${allowed} file descriptors.  Either raise the number of usable file descriptors in your environment (see README.rst) or lower the minfds setting in the config file to allow the process to start.`;

const processesText = (least: number, allowed: LimitValue): string =>
  `The minimum number of available processes required to run this program is ${least} as per the "minprocs" command-line argument or config file setting. The current environment will only allow you to open ${allowed} processes.  Either raise the number of usable processes in your environment (see README.rst) or lower the minprocs setting in the config file to allow the program to start.`;
