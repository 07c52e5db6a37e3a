/**
 * Spawning a program: fork and exec, with everything that lies between them.
 *
 * posix_spawn(3) from this thread, synchronously: it returns when the program has been executed, or the reason why it
 * could not be. What posix_spawn cannot say is inherited (identity, umask, soft limits: they are ours for as long as
 * the call takes) or done right after it (nice, oom_score_adj, hard limits).
 */
import { layOut, type ExecutionPointers } from './arena.ts';
import { makeCloseOnExec } from './descriptors.ts';
import { areValid, asIdentity, asOwner, identitySteps, type Credentials } from './identity.ts';
import { addressOf, errnoName, fixedMemory, libc } from './libc.ts';
import { restrictedThread } from './restricted-thread.ts';
import {
  adjust,
  adjustmentsOf,
  type Adjustable,
  type Adjustment,
  type Refusal,
} from './spawn-adjustments.ts';
import { attributesFor, withFileActions, type ProcessGroup } from './spawn-attributes.ts';
import { explain, failed, failureOf, type SpawnFailed } from './spawn-failure.ts';
import { withRaisedHardLimits, withSoftLimits } from './spawn-limits.ts';
import { openStdio, type Stdio, type StdioSources } from './stdio.ts';

/** A program to execute, and everything it starts with. */
export interface SpawnRequest extends StdioSources, Adjustable {
  /** The file to execute; it is not searched for. A relative path counts from `directory`. */
  readonly path: string;
  readonly argv: readonly string[];
  /** All of it: nothing is inherited. */
  readonly environment: ReadonlyMap<string, string>;
  /** Entered as the target user. undefined: ours. */
  readonly directory?: string | undefined;
  /** undefined: as we are. */
  readonly credentials?: Credentials | undefined;
  /** undefined: ours. */
  readonly umask?: number | undefined;
  readonly processGroup: ProcessGroup;
  /** Nothing that the program executes may give it more privileges (prctl(2), PR_SET_NO_NEW_PRIVS). Default: false. */
  readonly noNewPrivileges?: boolean | undefined;
}

/**
 * What came of it. The descriptors are our ends of the pipes, close-on-exec and non-blocking; undefined where the
 * source was not a pipe. `refused`: adjustments without which the program runs. `code` is the errno's name.
 */
export type SpawnOutcome =
  | {
      readonly kind: 'spawned';
      readonly pid: number;
      readonly stdinFd: number | undefined;
      readonly stdoutFd: number | undefined;
      readonly stderrFd: number | undefined;
      readonly refused: readonly Refusal[];
    }
  | SpawnFailed;

interface Spawned {
  readonly kind: 'spawned';
  readonly pid: number;
  readonly pending: readonly (Adjustment & Refusal)[];
}

const firstOrdinaryFd = 3;
const pidOut = fixedMemory(4);

/**
 * Spawns a program.
 *
 * @throws Error when this libc cannot do what is asked (newerFunction), or for a mistake of the caller
 */
export function spawn(request: SpawnRequest): SpawnOutcome {
  const pointers = layOut(request);
  if (pointers === undefined) return failed('exec', 'EINVAL');
  if (request.credentials !== undefined && !areValid(request.credentials))
    return failed('identity', 'EINVAL');
  try {
    const stdio = asOwner(request.credentials?.uid, () => openStdio(request));
    return spawnWith(request, pointers, stdio);
  } catch (error) {
    return failureOf(error);
  }
}

/** Owns `stdio`: whatever happens, nothing stays open that should not. */
function spawnWith(request: SpawnRequest, pointers: ExecutionPointers, stdio: Stdio): SpawnOutcome {
  try {
    makeCloseOnExec(firstOrdinaryFd);
    const result = spawnAsTarget(request, pointers, stdio);
    if (result.kind === 'failed') {
      stdio.closeAll();
      return result;
    }
    stdio.closeChildEnds();
    const { stdinFd, stdoutFd, stderrFd } = stdio;
    // Some adjustments are allowed to the target user, some to us with our capabilities.
    const refused = adjust(result.pid, result.pending).map(({ what, code }) => ({ what, code }));
    return { kind: 'spawned', pid: result.pid, stdinFd, stdoutFd, stderrFd, refused };
  } catch (error) {
    stdio.closeAll();
    throw error;
  }
}

function spawnAsTarget(
  request: SpawnRequest,
  pointers: ExecutionPointers,
  stdio: Stdio,
): Spawned | SpawnFailed {
  const limits = request.limits ?? [];
  // Chosen outside of the target's identity: the restricted thread, when it starts, begins with the one that we have.
  const spawner = request.noNewPrivileges === true ? restrictedSpawner(request.credentials) : spawnHere;
  return withRaisedHardLimits(limits, () =>
    // Outside of the soft limits: glibc takes no descriptor that is above them, not even to close it.
    withFileActions({ ...request, descriptors: stdio.child, directory: pointers.directory }, (actions) =>
      asIdentity(request.credentials, () => {
        const call = { pointers, actions, attributes: attributesFor(request.processGroup) };
        const errno = withSoftLimits(limits, () => withUmask(request.umask, () => spawner(call)));
        if (errno !== 0) return explain(errnoName(errno), request.directory);
        const pid = pidOut.readInt32LE(0);
        return { kind: 'spawned', pid, pending: adjust(pid, adjustmentsOf(request)) };
      }),
    ),
  );
}

/** What posix_spawn is called with, besides `pidOut`. */
interface SpawnCall {
  readonly pointers: ExecutionPointers;
  readonly actions: Buffer;
  readonly attributes: Buffer;
}

/** @returns 0, or the errno of what failed in this process or in the child */
const spawnHere = ({ pointers: { path, argv, envp }, actions, attributes }: SpawnCall): number =>
  libc.posix_spawn(pidOut, path, actions, attributes, argv, envp);

/** The same from the thread that has no_new_privs. */
function restrictedSpawner(credentials: Credentials | undefined): typeof spawnHere {
  const thread = restrictedThread();
  const steps = credentials === undefined ? [] : identitySteps(credentials);
  return ({ pointers: { path, argv, envp }, actions, attributes }) => {
    const [pid, actionsAt, attributesAt] = [addressOf(pidOut), addressOf(actions), addressOf(attributes)];
    return thread.spawn([pid, path, actionsAt, attributesAt, argv, envp], steps);
  };
}

function withUmask<Result>(umask: number | undefined, act: () => Result): Result {
  if (umask === undefined) return act();
  const own = libc.umask(umask);
  try {
    return act();
  } finally {
    libc.umask(own);
  }
}
