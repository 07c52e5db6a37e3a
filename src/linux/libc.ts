/**
 * libc, through node:ffi. The only file that imports node:ffi.
 *
 * Rules of this file:
 * - One table, one line per function: the C prototype is the comment.
 * - Nothing here blocks: no call that can sleep is used so that it sleeps (waitpid only ever gets WNOHANG).
 * - No callback, and no variadic function with a floating-point argument.
 * - errno is read in the statement after the call, by `check`, nowhere else.
 * - A raw address does not keep its memory alive: memory that C reads through an address is `fixedMemory`, held
 *   by a module for as long as the call takes.
 */
import {
  dlopen,
  getInt32,
  getRawPointer,
  type FunctionDefinitions,
  type FunctionSignature,
  type WrappedFunctionsFromDefinitions,
  type WrappedFunctionFromSignature,
} from 'node:ffi';
import { constants } from 'node:os';

const signatures = {
  __errno_location: { return: 'pointer', arguments: [] }, // int *__errno_location(void)
  _exit: { return: 'void', arguments: ['int32'] }, // void _exit(int status)
  bind: { return: 'int32', arguments: ['int32', 'buffer', 'uint32'] }, // int bind(int fd, const struct sockaddr *, socklen_t)
  connect: { return: 'int32', arguments: ['int32', 'buffer', 'uint32'] }, // int connect(int fd, const struct sockaddr *, socklen_t)
  fcntl: { return: 'int32', arguments: ['int32', 'int32', 'int32'] }, // int fcntl(int fd, int op, ... /* int arg */)
  getgroups: { return: 'int32', arguments: ['int32', 'buffer'] }, // int getgroups(int size, gid_t list[])
  getpgid: { return: 'int32', arguments: ['int32'] }, // pid_t getpgid(pid_t pid)
  malloc_trim: { return: 'int32', arguments: ['uint64'] }, // int malloc_trim(size_t pad)
  getresgid: { return: 'int32', arguments: ['buffer', 'buffer', 'buffer'] }, // int getresgid(gid_t *r, gid_t *e, gid_t *s)
  getresuid: { return: 'int32', arguments: ['buffer', 'buffer', 'buffer'] }, // int getresuid(uid_t *r, uid_t *e, uid_t *s)
  getsockopt: { return: 'int32', arguments: ['int32', 'int32', 'int32', 'buffer', 'buffer'] }, // int getsockopt(int fd, int level, int name, void *value, socklen_t *length)
  isatty: { return: 'int32', arguments: ['int32'] }, // int isatty(int fd)
  kill: { return: 'int32', arguments: ['int32', 'int32'] }, // int kill(pid_t pid, int sig)
  listen: { return: 'int32', arguments: ['int32', 'int32'] }, // int listen(int fd, int backlog)
  pipe2: { return: 'int32', arguments: ['buffer', 'int32'] }, // int pipe2(int pipefd[2], int flags)
  posix_spawn: {
    return: 'int32',
    arguments: ['buffer', 'pointer', 'buffer', 'buffer', 'pointer', 'pointer'],
  }, // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const argv[], char *const envp[])
  posix_spawn_file_actions_adddup2: { return: 'int32', arguments: ['buffer', 'int32', 'int32'] }, // int …_adddup2(posix_spawn_file_actions_t *, int fd, int newfd)
  posix_spawn_file_actions_destroy: { return: 'int32', arguments: ['buffer'] }, // int …_destroy(posix_spawn_file_actions_t *)
  posix_spawn_file_actions_init: { return: 'int32', arguments: ['buffer'] }, // int …_init(posix_spawn_file_actions_t *)
  posix_spawnattr_init: { return: 'int32', arguments: ['buffer'] }, // int posix_spawnattr_init(posix_spawnattr_t *)
  posix_spawnattr_setflags: { return: 'int32', arguments: ['buffer', 'int16'] }, // int …_setflags(posix_spawnattr_t *, short flags)
  posix_spawnattr_setpgroup: { return: 'int32', arguments: ['buffer', 'int32'] }, // int …_setpgroup(posix_spawnattr_t *, pid_t pgroup)
  posix_spawnattr_setsigdefault: { return: 'int32', arguments: ['buffer', 'buffer'] }, // int …_setsigdefault(posix_spawnattr_t *, const sigset_t *)
  posix_spawnattr_setsigmask: { return: 'int32', arguments: ['buffer', 'buffer'] }, // int …_setsigmask(posix_spawnattr_t *, const sigset_t *)
  prctl: { return: 'int32', arguments: ['int32', 'uint64', 'uint64', 'uint64', 'uint64'] }, // int prctl(int op, ... /* unsigned long */)
  prlimit: { return: 'int32', arguments: ['int32', 'int32', 'pointer', 'pointer'] }, // int prlimit(pid_t, int resource, const struct rlimit *new, struct rlimit *old)
  pthread_sigmask: { return: 'int32', arguments: ['int32', 'buffer', 'buffer'] }, // int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
  send: { return: 'int64', arguments: ['int32', 'buffer', 'uint64', 'int32'] }, // ssize_t send(int fd, const void *, size_t, int flags)
  setpriority: { return: 'int32', arguments: ['int32', 'uint32', 'int32'] }, // int setpriority(int which, id_t who, int prio)
  setsockopt: { return: 'int32', arguments: ['int32', 'int32', 'int32', 'buffer', 'uint32'] }, // int setsockopt(int fd, int level, int name, const void *value, socklen_t)
  signal: { return: 'pointer', arguments: ['int32', 'pointer'] }, // sighandler_t signal(int signum, sighandler_t handler)
  socket: { return: 'int32', arguments: ['int32', 'int32', 'int32'] }, // int socket(int domain, int type, int protocol)
  syscall: { return: 'int64', arguments: ['int64', 'uint64', 'uint64', 'uint64'] }, // long syscall(long number, ...)
  tcgetpgrp: { return: 'int32', arguments: ['int32'] }, // pid_t tcgetpgrp(int fd)
  tcsetpgrp: { return: 'int32', arguments: ['int32', 'int32'] }, // int tcsetpgrp(int fd, pid_t pgrp)
  umask: { return: 'uint32', arguments: ['uint32'] }, // mode_t umask(mode_t mask)
  waitpid: { return: 'int32', arguments: ['int32', 'buffer', 'int32'] }, // pid_t waitpid(pid_t pid, int *wstatus, int options)
} as const satisfies FunctionDefinitions;

const { lib } = dlopen(null, {});

/** The functions of libc. Those parameters that are declared `buffer` are kept alive during the call. */
export const libc = whenUsed(signatures);

/** Looks up each function at its first use: a start needs half of them, and to make one callable takes 30 µs. */
function whenUsed<T extends FunctionDefinitions>(definitions: T): WrappedFunctionsFromDefinitions<T> {
  const functions = {};
  for (const [name, signature] of Object.entries(definitions))
    Object.defineProperty(functions, name, {
      configurable: true,
      get() {
        const value = lib.getFunction(name, signature);
        Object.defineProperty(functions, name, { value });
        return value;
      },
    });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made key by key from `definitions`
  return functions as WrappedFunctionsFromDefinitions<T>;
}

/** 3 → 'ESRCH'. (util.getSystemErrorName() knows only the errors that libuv maps: not ECHILD.) */
const errnoNames = new Map<number, string>();
// EAGAIN and EWOULDBLOCK are one number: the first name is the usual one.
for (const [name, errno] of Object.entries(constants.errno))
  if (!errnoNames.has(errno)) errnoNames.set(errno, name);

/** The name of an errno: 2 → 'ENOENT'. */
export const errnoName = (errno: number): string => errnoNames.get(errno) ?? `errno ${errno}`;

/** A failed libc call. `code` is the errno's name, as in Node's own system errors; `syscall` is the call. */
export class LibcError extends Error {
  override readonly name = 'LibcError';
  readonly code: string;
  readonly syscall: string;

  constructor(syscall: string, code: string) {
    super(`${syscall}: ${code}`);
    this.code = code;
    this.syscall = syscall;
  }
}

/** The address of this thread's errno; fixed for the life of the thread (errno(3)). */
const errnoAddress = libc.__errno_location();

/**
 * The result of a call that says -1 and errno when it fails. Nothing may come between the call and this.
 *
 * @throws LibcError when `result` is -1
 */
export function check(syscall: string, result: number): number {
  const errno = getInt32(errnoAddress, 0);
  if (result === -1) throw new LibcError(syscall, errnoName(errno));
  return result;
}

/**
 * For the calls that answer with the errno itself (posix_spawn(3), pthread_sigmask(3)).
 *
 * @throws LibcError when `errno` is not 0
 */
export function checkErrno(syscall: string, errno: number): void {
  if (errno !== 0) throw new LibcError(syscall, errnoName(errno));
}

/**
 * A function that only newer versions of glibc have, looked up when it is needed.
 *
 * @throws Error naming the version of glibc that has it, when this one has not
 */
export function newerFunction<const Signature extends FunctionSignature>(
  name: string,
  since: string,
  signature: Signature,
): WrappedFunctionFromSignature<Signature> {
  try {
    return lib.getFunction(name, signature);
  } catch (cause) {
    const remedy = `glibc ${since} or newer has it, and the self-contained executable brings its own`;
    throw new Error(`cannot find ${name} in this libc: ${remedy}`, { cause });
  }
}

/** Memory outside of the JavaScript heap, which never moves; all zero. Sizes are in bytes. */
export function fixedMemory(bytes: number): Buffer {
  // Small typed arrays may lie in the heap, where the collector moves them: 64 bytes is the limit.
  return Buffer.allocUnsafeSlow(Math.max(bytes, 128)).fill(0);
}

/** The address of `fixedMemory`. Whoever uses it must hold the memory until C has finished with it. */
export const addressOf = (memory: Buffer): bigint => getRawPointer(memory);
