/**
 * The flags that the executable gives Node, whatever the environment says.
 *
 * Measured on the sealed executable (two processors, medians of 25; an empty program starts in 26 ms): every V8 flag
 * that V8 counts as part of its configuration (`--single-threaded`, `--lite-mode`, `--optimize-for-size`, `--no-maglev`,
 * `--no-sparkplug`, `--no-rehash-snapshot`) makes it reject both code caches, Node's own and ours: start-up grows to
 * 31-37 ms, with a warning on stderr. `--jitless` is accepted but starts in 34 ms. `--single-threaded-gc`,
 * `--disable-wasm-trap-handler`, `--max-old-space-size`, `--openssl-config` and `--no-experimental-*` change nothing.
 */
export const nodeFlags: readonly string[] = [
  // node:ffi prints one ExperimentalWarning; the runtime is pinned and shipped with the program.
  '--disable-warning=ExperimentalWarning',
  // Otherwise SIGUSR1, a signal that programs are sent on purpose, opens the inspector.
  '--disable-sigusr1',
  // One thread beside the main one for garbage collection and compilation instead of four: 0.25 MB and half a
  // millisecond less, and three threads fewer in a container's pids limit.
  '--v8-pool-size=1',
  // The young generation stays at 1 MB a half instead of growing to 16: anonymous memory with 1,000 programs is 36 MB
  // instead of 58, with 100 programs 18 instead of 22; throughput and start-up are the same within the noise.
  '--max-semi-space-size=1',
];
