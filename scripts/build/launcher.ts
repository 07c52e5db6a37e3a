import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Arch } from './runtime.ts';

const run = promisify(execFile);

/** The C compiler that makes programs for a processor. */
export const compilers: Readonly<Record<Arch, string>> = {
  x64: process.arch === 'x64' ? 'gcc' : 'x86_64-linux-gnu-gcc',
  arm64: process.arch === 'arm64' ? 'gcc' : 'aarch64-linux-gnu-gcc',
};

const sources = ['entry.S', 'launcher.c', 'image.c', 'libraries.c', 'signals.c', 'stack.c'];

const flags = [
  '-std=gnu17',
  '-D_GNU_SOURCE',
  '-Os',
  '-Wall',
  '-Wextra',
  '-Werror',
  // No libc: nothing of it is there, and nothing may be called that gcc expects of it (memset, memcpy, a canary).
  '-ffreestanding',
  '-nostdlib',
  '-fno-tree-loop-distribute-patterns',
  '-fno-stack-protector',
  // The program has a fixed address, low in memory: the launcher must not lie there.
  '-fPIE',
  '-static-pie',
  '-fvisibility=hidden',
  '-fno-asynchronous-unwind-tables',
  '-Wl,--build-id=none',
  '-Wl,-z,noexecstack',
  '-s',
];

/**
 * Compiles the launcher (src/launcher).
 *
 * @param root - the repository, absolute
 * @param output - the static executable to write, absolute
 * @throws Error when the compiler fails, or the result would have to be relocated, which nobody does for it
 */
export async function compileLauncher(root: string, arch: Arch, output: string): Promise<void> {
  const files = sources.map((name) => join(root, 'src', 'launcher', name));
  await run(compilers[arch], [...flags, '-o', output, ...files]);
  const { stdout } = await run('readelf', ['--relocs', '--wide', output]);
  if (!stdout.includes('no relocations'))
    throw new Error(`cannot use the launcher: it has relocations:\n${stdout}`);
}
