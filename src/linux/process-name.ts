/** The name of this process in `ps` and `top` (prctl(2), PR_SET_NAME). */
import { addressOf, fixedMemory, libc } from './libc.ts';

/** <linux/prctl.h> */
const PR_SET_NAME = 15;

/** TASK_COMM_LEN: the kernel keeps 15 bytes and a zero. */
const nameBytes = 16;

/**
 * Names this process; Node calls its main thread `node-MainThread`. What is too long is cut. Where a seccomp filter denies
 * prctl, the name stays: it is for people's eyes only.
 */
export function nameProcess(name: string): void {
  const memory = fixedMemory(nameBytes);
  memory.write(name.slice(0, nameBytes - 1), 'latin1');
  libc.prctl(PR_SET_NAME, addressOf(memory), 0n, 0n, 0n);
}
