/**
 * The half of `restricted-thread.ts` that runs in the other thread.
 *
 * The function below is handed to the thread as text, for a single executable has no file that a thread could import.
 * So it uses nothing but its argument, and node:ffi, which it cannot get from libc.ts there.
 */

/** Where things are in the shared memory, in words of 64 bits. */
export interface ThreadLayout {
  readonly state: number;
  /** Answer: the errno of no_new_privs itself, once. */
  readonly startErrno: number;
  /** Answer: how many steps were entered. */
  readonly entered: number;
  /** Answer: the errno of the step that was not entered, else of posix_spawn. */
  readonly errno: number;
  /** Answer: not 0 when the thread could not come back to our identity. */
  readonly leaveErrno: number;
  /** Six arguments of posix_spawn. */
  readonly spawn: number;
  readonly stepCount: number;
  /** Per step: a system call with three arguments that enters, and one that leaves. */
  readonly steps: number;
}

/** What the thread is given. */
export interface ThreadData {
  readonly words: BigInt64Array<SharedArrayBuffer>;
  readonly layout: ThreadLayout;
  /** The number of prctl(2), and its PR_SET_NO_NEW_PRIVS. */
  readonly prctl: bigint;
  readonly noNewPrivileges: bigint;
}

/** State of the thread: 0 it is starting, 1 it waits, 2 it has been asked to spawn. */
export function serveSpawns({ words, layout, prctl, noNewPrivileges }: ThreadData): void {
  const { dlopen, getInt32 } = process.getBuiltinModule('node:ffi');
  const { functions } = dlopen(null, {
    __errno_location: { return: 'pointer', arguments: [] }, // int *__errno_location(void)
    posix_spawn: {
      return: 'int32',
      arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'pointer', 'pointer'],
    }, // as in libc.ts, all addresses
    syscall: { return: 'int64', arguments: ['int64', 'int64', 'int64', 'int64', 'int64', 'int64'] }, // long syscall(long number, ...)
  });
  const errnoAddress = functions.__errno_location();
  const word = (index: number): bigint => words[index] ?? 0n;

  const call = (number: bigint, first: bigint, second: bigint, third: bigint): bigint => {
    const result = functions.syscall(number, first, second, third, 0n, 0n);
    const errno = getInt32(errnoAddress, 0);
    return result === -1n ? BigInt(errno) : 0n;
  };
  const callAt = (at: number): bigint => call(word(at), word(at + 1), word(at + 2), word(at + 3));
  const enter = (): number => {
    const count = Number(word(layout.stepCount));
    for (let step = 0; step < count; step += 1) {
      words[layout.errno] = callAt(layout.steps + step * 8);
      if (word(layout.errno) !== 0n) return step;
    }
    return count;
  };
  const spawn = (at: number): bigint =>
    BigInt(
      functions.posix_spawn(word(at), word(at + 1), word(at + 2), word(at + 3), word(at + 4), word(at + 5)),
    );
  const leave = (entered: number): void => {
    words[layout.leaveErrno] = 0n;
    for (let step = entered - 1; step >= 0; step -= 1)
      words[layout.leaveErrno] = word(layout.leaveErrno) | callAt(layout.steps + step * 8 + 4);
  };

  words[layout.startErrno] = call(prctl, noNewPrivileges, 1n, 0n);
  for (;;) {
    Atomics.store(words, layout.state, 1n);
    Atomics.notify(words, layout.state);
    Atomics.wait(words, layout.state, 1n);
    const entered = enter();
    words[layout.entered] = BigInt(entered);
    if (entered === Number(word(layout.stepCount))) words[layout.errno] = spawn(layout.spawn);
    leave(entered);
  }
}
