/** Node's own flags, built into the executable. */
export const nodeFlags: readonly string[] = [
  // node:ffi prints one ExperimentalWarning; the runtime is pinned and shipped with the program.
  '--disable-warning=ExperimentalWarning',
  // Otherwise SIGUSR1, a signal that programs are sent on purpose, opens the inspector.
  '--disable-sigusr1',
];

/** V8's flags, built into the executable. */
export const v8Flags: readonly string[] = [];
