import { libc } from './libc.ts';

/**
 * Gives free pages of the C library's heap back to the kernel: malloc_trim(3).
 *
 * free(3) gives back only what lies at the end of the heap. One small block that stays, above a thousand freed buffers, keeps
 * all their pages ours.
 */
export function trimMemory(): void {
  libc.malloc_trim(0n);
}
