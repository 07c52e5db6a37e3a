import { execFile } from 'node:child_process';
import { copyFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The processors that the executable is made for, as npm and Node call them. */
export type Arch = 'x64' | 'arm64';

const run = promisify(execFile);

// A cross strip is named after its target; the plain one knows only this machine's files.
const stripCommands: Readonly<Record<Arch, string>> = {
  x64: process.arch === 'x64' ? 'strip' : 'x86_64-linux-gnu-strip',
  arm64: process.arch === 'arm64' ? 'strip' : 'aarch64-linux-gnu-strip',
};

/** The npm package that holds the official Node binary for this processor. */
export const runtimePackage = <A extends Arch>(arch: A): `node-linux-${A}` => `node-linux-${arch}`;

/**
 * Makes a Node binary without symbols: 150 MB become 117 MB. It has to happen before the program is injected, because
 * stripping an injected binary loses the program. The result is kept in `.cache` until the Node package changes.
 *
 * @returns the absolute path of the stripped binary
 */
export async function strippedRuntime(root: string, arch: Arch): Promise<string> {
  const source = nodePath(root, arch);
  const folder = join(root, '.cache', 'runtime');
  const sourceMs = (await fileTimeMs(source)) ?? 0;
  const stripped = join(folder, `node-${arch}-${Math.trunc(sourceMs)}`);
  if ((await fileTimeMs(stripped)) !== undefined) return stripped;

  // Written beside its place and then renamed, so that an interrupted build leaves no half binary behind.
  const unfinished = `${stripped}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await copyFile(source, unfinished);
  await run(stripCommands[arch], [unfinished]);
  await rename(unfinished, stripped);
  return stripped;
}

/** npm installs what this processor can run; `fetchRuntime` puts the others into `.cache`. */
function nodePath(root: string, arch: Arch): string {
  const folder = arch === process.arch ? root : join(root, '.cache');
  return join(folder, 'node_modules', runtimePackage(arch), 'bin', 'node');
}

async function fileTimeMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
