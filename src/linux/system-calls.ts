/**
 * System calls without glibc's wrapper.
 *
 * The kernel keeps credentials per thread. glibc's setuid family changes every thread of the process; the raw calls
 * change the calling thread alone, which is what a spawn under another identity needs (nptl(7), "NPTL and
 * credentials").
 */
import { check, libc } from './libc.ts';

/** The calls that are made so. */
export type SystemCallName = 'setgroups' | 'setresgid' | 'setresuid' | 'close_range' | 'prctl';

/** A call that is to be made, with up to three arguments. */
export interface SystemCall {
  readonly name: SystemCallName;
  readonly args: readonly bigint[];
}

/** <asm/unistd_64.h> */
const X64: Readonly<Record<SystemCallName, bigint>> = {
  setgroups: 116n,
  setresgid: 119n,
  setresuid: 117n,
  close_range: 436n,
  prctl: 157n,
};

/** <asm-generic/unistd.h> */
const ARM64: Readonly<Record<SystemCallName, bigint>> = {
  setgroups: 159n,
  setresgid: 149n,
  setresuid: 147n,
  close_range: 436n,
  prctl: 167n,
};

const numbers = process.arch === 'arm64' ? ARM64 : X64;

/** The number of a system call on this machine's architecture. */
export const systemCallNumber = (name: SystemCallName): bigint => numbers[name];

/**
 * Makes a system call from this thread.
 *
 * @throws LibcError when the kernel refuses
 */
export function systemCall({ name, args }: SystemCall): void {
  const [first = 0n, second = 0n, third = 0n] = args;
  check(name, Number(libc.syscall(numbers[name], first, second, third)));
}
