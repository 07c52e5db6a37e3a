/** The errno name of an error that a system call caused (`ENOSPC`), `EIO` for anything else. */
export function errnoName(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'EIO';
}

/** The system call that failed (`open`), `write` where the error does not say. */
export function syscallName(error: unknown): string {
  if (error instanceof Error && 'syscall' in error && typeof error.syscall === 'string') return error.syscall;
  return 'write';
}
