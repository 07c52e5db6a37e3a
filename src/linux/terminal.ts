/** The controlling terminal and process groups (tcsetpgrp(3), credentials(7)). */
import { check, checkErrno, fixedMemory, libc } from './libc.ts';

/** <bits/sigaction.h> */
const SIG_SETMASK = 2;

/** sigset_t of glibc: 1024 bits. */
const sigsetBytes = 128;

const allBlocked = fixedMemory(sigsetBytes).fill(0xff);
const savedMask = fixedMemory(sigsetBytes);

/** Whether the descriptor is a terminal (isatty(3)). */
export const isTerminal = (fd: number): boolean => libc.isatty(fd) === 1;

/** The process group of this process. */
export const ownProcessGroup = (): number => check('getpgid', libc.getpgid(0));

/**
 * The process group in the foreground of the terminal.
 *
 * @throws LibcError ENOTTY when the descriptor is not our controlling terminal
 */
export const foregroundProcessGroup = (fd: number): number => check('tcgetpgrp', libc.tcgetpgrp(fd));

/**
 * Puts a process group of our session in the foreground of the terminal, also when we are in the background.
 *
 * @throws LibcError ENOTTY, EPERM (another session), EINVAL
 */
export function giveTerminal(fd: number, processGroup: number): void {
  // The kernel stops a background process that does this, except while SIGTTOU is blocked.
  checkErrno('pthread_sigmask', libc.pthread_sigmask(SIG_SETMASK, allBlocked, savedMask));
  try {
    check('tcsetpgrp', libc.tcsetpgrp(fd, processGroup));
  } finally {
    libc.pthread_sigmask(SIG_SETMASK, savedMask, allBlocked);
    allBlocked.fill(0xff);
  }
}
