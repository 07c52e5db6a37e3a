/** posix_spawnattr_t and posix_spawn_file_actions_t: what happens in the child between fork and exec. */
import { checkErrno, fixedMemory, libc, newerFunction } from './libc.ts';

/**
 * own: a new process group. foreground: a new one, which gets the terminal that is our descriptor 0 before the
 * program runs (it must be our controlling terminal, or the spawn fails with ENOTTY). inherit: ours.
 */
export type ProcessGroup = 'own' | 'foreground' | 'inherit';

/** <spawn.h> */
const POSIX_SPAWN_SETPGROUP = 0x02;
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;

/** sizeof, <spawn.h> of glibc, 64-bit: 336 and 80; rounded up. */
const attributeBytes = 512;
const actionBytes = 256;
const sigsetBytes = 128;

const everySignal = fixedMemory(sigsetBytes).fill(0xff);
const noSignal = fixedMemory(sigsetBytes);
const actions = fixedMemory(actionBytes);

const ownGroup = newAttributes(POSIX_SPAWN_SETPGROUP);
const inheritedGroup = newAttributes(0);

/** Every signal gets its default action and none is blocked: a program does not inherit that Node ignores SIGPIPE. */
function newAttributes(extraFlags: number): Buffer {
  const attributes = fixedMemory(attributeBytes);
  const flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | extraFlags;
  checkErrno('posix_spawnattr_init', libc.posix_spawnattr_init(attributes));
  checkErrno('posix_spawnattr_setflags', libc.posix_spawnattr_setflags(attributes, flags));
  checkErrno('posix_spawnattr_setpgroup', libc.posix_spawnattr_setpgroup(attributes, 0));
  checkErrno('posix_spawnattr_setsigdefault', libc.posix_spawnattr_setsigdefault(attributes, everySignal));
  checkErrno('posix_spawnattr_setsigmask', libc.posix_spawnattr_setsigmask(attributes, noSignal));
  return attributes;
}

/** The attributes of a spawn, made once. */
export const attributesFor = (processGroup: ProcessGroup): Buffer =>
  processGroup === 'inherit' ? inheritedGroup : ownGroup;

/** What the child does, in this order: takes the terminal, gets its three descriptors, changes directory. */
export interface ChildSteps {
  readonly processGroup: ProcessGroup;
  readonly descriptors: readonly [number, number, number];
  /** Address of a path; undefined: stays where we are. */
  readonly directory: bigint | undefined;
}

/**
 * Calls `act` with the file actions, and frees them.
 *
 * @throws Error naming the version of glibc that is needed
 */
export function withFileActions<Result>(steps: ChildSteps, act: (fileActions: Buffer) => Result): Result {
  checkErrno('posix_spawn_file_actions_init', libc.posix_spawn_file_actions_init(actions));
  try {
    if (steps.processGroup === 'foreground') takeTerminal();
    for (const [target, fd] of steps.descriptors.entries())
      checkErrno('adddup2', libc.posix_spawn_file_actions_adddup2(actions, fd, target));
    if (steps.directory !== undefined) changeDirectory(steps.directory);
    return act(actions);
  } finally {
    libc.posix_spawn_file_actions_destroy(actions);
  }
}

/** All signals are blocked in the child at this point, so SIGTTOU does not stop it. */
function takeTerminal(): void {
  const add = newerFunction('posix_spawn_file_actions_addtcsetpgrp_np', '2.35', {
    return: 'int32',
    arguments: ['buffer', 'int32'],
  });
  checkErrno('addtcsetpgrp_np', add(actions, 0));
}

function changeDirectory(directory: bigint): void {
  const add = newerFunction('posix_spawn_file_actions_addchdir_np', '2.29', {
    return: 'int32',
    arguments: ['buffer', 'pointer'],
  });
  checkErrno('addchdir_np', add(actions, directory));
}
