/**
 * Spawning with no_new_privs: no set-user-id file and no file capability gives the program, or what it starts, more
 * than it has (prctl(2), PR_SET_NO_NEW_PRIVS).
 *
 * The flag belongs to the thread, is inherited, and cannot be taken back. So a second thread has it and spawns these
 * programs, while this one waits: some 10 ms and 7 MB for the first such program, 0.1 ms for each after it. The thread
 * sleeps in between and keeps nothing alive.
 */
import { type IdentityStep } from './identity.ts';
import { serveSpawns, type ThreadData, type ThreadLayout } from './libc-thread.ts';
import { errnoName, LibcError } from './libc.ts';
import { type SystemCall, systemCallNumber } from './system-calls.ts';

/** The six arguments of posix_spawn(3), all addresses. */
export type SpawnArguments = readonly [bigint, bigint, bigint, bigint, bigint, bigint];

/** A thread that has no_new_privs. */
export interface RestrictedThread {
  /**
   * Takes the steps, calls posix_spawn and takes the steps back.
   *
   * @returns 0, or the errno of posix_spawn
   * @throws LibcError when a step fails
   */
  readonly spawn: (args: SpawnArguments, steps: readonly IdentityStep[]) => number;
}

/** <linux/prctl.h> */
const PR_SET_NO_NEW_PRIVS = 38n;

const starting = 0n;
const asked = 2n;

const wordsPerCall = 4;
const highestStepCount = 3;
const layout: ThreadLayout = {
  state: 0,
  startErrno: 1,
  entered: 2,
  errno: 3,
  leaveErrno: 4,
  spawn: 5,
  stepCount: 11,
  steps: 12,
};
const wordCount = layout.steps + highestStepCount * 2 * wordsPerCall;

let thread: RestrictedThread | undefined;

/**
 * The thread; it is started when it is first asked for, with the identity that this thread has at that moment.
 *
 * @throws LibcError when the thread cannot be started, as for a process that cannot be
 */
export function restrictedThread(): RestrictedThread {
  thread ??= startThread();
  return thread;
}

function startThread(): RestrictedThread {
  const words = new BigInt64Array(new SharedArrayBuffer(wordCount * BigInt64Array.BYTES_PER_ELEMENT));
  const prctl = systemCallNumber('prctl');
  const data: ThreadData = { words, layout, prctl, noNewPrivileges: PR_SET_NO_NEW_PRIVS };
  startWorker(data);
  waitWhile(words, starting);
  const errno = Number(words[layout.startErrno]);
  if (errno !== 0) throw new LibcError('prctl', errnoName(errno));
  return { spawn: (args, steps) => spawnIn(words, args, steps) };
}

function startWorker(workerData: ThreadData): void {
  const text = `(${serveSpawns.toString()})(process.getBuiltinModule('node:worker_threads').workerData)`;
  // Loaded when it is needed: it would cost every start 0.3 ms.
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 };
  try {
    new Worker(text, { eval: true, workerData, env: {}, execArgv: [], resourceLimits }).unref();
  } catch (cause) {
    throw Object.assign(new LibcError('clone', 'EAGAIN'), { cause });
  }
}

function spawnIn(
  words: BigInt64Array<SharedArrayBuffer>,
  args: SpawnArguments,
  steps: readonly IdentityStep[],
): number {
  words.set(args, layout.spawn);
  words[layout.stepCount] = BigInt(steps.length);
  words.set(
    steps.flatMap(({ enter, leave }) => [...wordsOf(enter), ...wordsOf(leave)]),
    layout.steps,
  );
  Atomics.store(words, layout.state, asked);
  Atomics.notify(words, layout.state);
  waitWhile(words, asked);
  return answerIn(words, steps);
}

function answerIn(words: BigInt64Array, steps: readonly IdentityStep[]): number {
  // As in identity.ts: nothing may go on under a half-changed identity.
  if (words[layout.leaveErrno] !== 0n) process.abort();
  const errno = Number(words[layout.errno]);
  const notEntered = steps[Number(words[layout.entered])];
  if (notEntered !== undefined) throw new LibcError(notEntered.enter.name, errnoName(errno));
  return errno;
}

const wordsOf = ({ name, args }: SystemCall): readonly bigint[] => {
  const [first = 0n, second = 0n, third = 0n] = args;
  return [systemCallNumber(name), first, second, third];
};

function waitWhile(words: BigInt64Array, state: bigint): void {
  while (Atomics.load(words, layout.state) === state) Atomics.wait(words, layout.state, state);
}
