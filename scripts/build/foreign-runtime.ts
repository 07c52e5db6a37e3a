import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtempDisposable, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Arch, runtimePackage } from './runtime.ts';

const run = promisify(execFile);

/**
 * Fetches the Node package of another processor, which npm does not install here, into `.cache/node_modules`.
 *
 * @param root - the repository, absolute
 * @param version - the version that package.json names
 */
export async function fetchRuntime(root: string, arch: Arch, version: string): Promise<void> {
  const modules = join(root, '.cache', 'node_modules');
  const name = runtimePackage(arch);
  if (existsSync(join(modules, name))) return;
  await mkdir(modules, { recursive: true });
  await using folder = await mkdtempDisposable(join(modules, '.fetch-'));
  const { stdout } = await run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder.path });
  await run('tar', ['--extract', '--gzip', '--file', stdout.trim()], { cwd: folder.path });
  await rename(join(folder.path, 'package'), join(modules, name));
}
