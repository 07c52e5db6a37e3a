/**
 * Makes dist/tsupervisor: the program bundled into one CommonJS file and sealed into a stripped Node binary.
 *
 * usage: node scripts/build.ts [ENTRY [OUTPUT]]
 */
import { chmod, mkdir, mkdtempDisposable, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { bundle } from './build/bundle.ts';
import { collectLicences } from './build/licences.ts';
import { type Arch, hasRuntime, runtimePackage, strippedRuntime } from './build/runtime.ts';
import { seal } from './build/seal.ts';

const root = resolve(import.meta.dirname, '..');
const [entry = join(root, 'src', 'main.ts'), output = join(root, 'dist', 'tsupervisor')] = process.argv
  .slice(2)
  .map((path) => resolve(path));

await makeAll();

async function makeAll(): Promise<void> {
  const startedMs = performance.now();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tsupervisor-build-'));
  const program = join(folder.path, 'tsupervisor.cjs');
  await mkdir(resolve(output, '..'), { recursive: true });
  const metafile = await bundle({ entry, outfile: program, version: packageJson.version });
  for (const arch of ['x64', 'arm64'] as const) {
    if (await hasRuntime(root, arch)) await makeOne(arch, program);
  }
  await writeFile(
    `${output}.LICENCES.txt`,
    await collectLicences(root, metafile, runtimePackage(hostArch())),
  );
  report(`built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

/** The executable of this machine has the plain name; another processor's has it as a suffix. */
async function makeOne(arch: Arch, program: string): Promise<void> {
  const file = arch === hostArch() ? output : `${output}-${arch}`;
  await seal({ arch, program, runtime: await strippedRuntime(root, arch), output: file });
  await chmod(file, 0o755);
  const [whole, source] = await Promise.all([stat(file), stat(program)]);
  report(`${file}: ${megabytes(whole.size)}, of which program ${megabytes(source.size)}`);
}

function hostArch(): Arch {
  if (process.arch === 'x64' || process.arch === 'arm64') return process.arch;
  throw new Error(`cannot build on ${process.arch}: Node is pinned for x64 and arm64 only`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
