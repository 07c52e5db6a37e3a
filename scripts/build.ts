/**
 * Makes dist/tsupervisor: the program bundled into one CommonJS file, sealed into a stripped Node binary, and put into
 * one file with a launcher and every library that it needs, so that it runs in any image.
 *
 * usage: node scripts/build.ts [--plain] [--arch=x64|arm64] [ENTRY [OUTPUT]]
 *   --plain   without launcher and libraries: the image must have those of Debian. Makes dist/tsupervisor-plain.
 *   --arch    for another processor than this machine's. Makes dist/tsupervisor-ARCH.
 *   ENTRY     another program than src/main.ts, which then starts without a code cache
 *
 * Beside the executable: its checksum (.sha256), the versions of its parts (.versions.txt), their licences
 * (.LICENCES.txt).
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtempDisposable, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { bundle } from './build/bundle.ts';
import { makeCodeCaches } from './build/code-caches.ts';
import { fetchRuntime } from './build/foreign-runtime.ts';
import { compileLauncher } from './build/launcher.ts';
import { findLibraries, type Library } from './build/libraries.ts';
import { collectLicences, collectLibraryLicences } from './build/licences.ts';
import { makePortable } from './build/portable.ts';
import { programText } from './build/program-text.ts';
import { type Arch, runtimePackage, strippedRuntime } from './build/runtime.ts';
import { seal } from './build/seal.ts';
import { describeVersions } from './build/versions.ts';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plain: { type: 'boolean', default: false }, arch: { type: 'string', default: process.arch } },
});
const arch = toArch(values.arch);
const suffix = `${arch === process.arch ? '' : `-${arch}`}${values.plain ? '-plain' : ''}`;
const ownEntry = 'src/main.ts';
const [entry = ownEntry, output = `dist/tsupervisor${suffix}`] = positionals;

await makeAll(resolve(root, entry), resolve(root, output));

async function makeAll(source: string, file: string): Promise<void> {
  const startedMs = performance.now();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tsupervisor-build-'));
  const bundled = join(folder.path, 'tsupervisor.cjs');
  await mkdir(resolve(file, '..'), { recursive: true });
  const metafile = await bundle({ entry: source, outfile: bundled, version: packageJson.version });
  const runtime = await preparedRuntime();
  const sealed = await sealProgram(bundled, runtime, folder.path);

  const libraries = values.plain ? [] : await findLibraries(arch, runtime);
  const versions = await describeVersions({ root, metafile, libraries });
  if (values.plain) await moveInto(sealed, file);
  else await addLibraries({ folder: folder.path, program: sealed, libraries, versions, output: file });
  await writeFile(`${file}.versions.txt`, versions);
  const licences = await collectLicences(root, metafile, runtimePackage(toArch(process.arch)));
  await writeFile(`${file}.LICENCES.txt`, `${licences}${collectLibraryLicences(libraries)}`);
  await writeChecksum(file);
  report(`${file}: ${megabytes((await stat(file)).size)}, program ${megabytes((await stat(bundled)).size)}`);
  report(`built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

/** @returns the sealed program, which needs its libraries */
async function sealProgram(bundled: string, runtime: string, folder: string): Promise<string> {
  const main = join(folder, 'boot.cjs');
  const text = join(folder, 'program.js');
  const sealed = join(folder, 'tsupervisor');
  await bundle({ entry: join(root, 'src/boot.ts'), outfile: main, version: packageJson.version });
  await writeFile(text, programText(await readFile(bundled, 'latin1')));
  // V8 keeps code only for the processor that it was made on.
  const hasCaches = entry === ownEntry && arch === process.arch;
  const caches = hasCaches ? await makeCodeCaches({ text, runtime, folder }) : {};
  await seal({ arch, main, assets: { program: text, ...caches }, runtime, output: sealed });
  return sealed;
}

async function preparedRuntime(): Promise<string> {
  if (arch !== process.arch)
    await fetchRuntime(root, arch, packageJson.optionalDependencies[runtimePackage(arch)]);
  return await strippedRuntime(root, arch);
}

interface Parts {
  readonly folder: string;
  readonly program: string;
  readonly libraries: readonly Library[];
  readonly versions: string;
  readonly output: string;
}

async function addLibraries({ folder, ...parts }: Parts): Promise<void> {
  const launcher = join(folder, 'launcher');
  await compileLauncher(root, arch, launcher);
  await makePortable({ ...parts, launcher });
}

/** The temporary folder may be on another file system. */
async function moveInto(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}`;
  await writeFile(unfinished, await readFile(from));
  await chmod(unfinished, 0o755);
  await rename(unfinished, to);
}

/** As `sha256sum --check` reads it, in the folder of the file. */
async function writeChecksum(file: string): Promise<void> {
  const hash = createHash('sha256').update(await readFile(file));
  await writeFile(`${file}.sha256`, `${hash.digest('hex')}  ${basename(file)}\n`);
}

function toArch(name: string): Arch {
  if (name === 'x64' || name === 'arm64') return name;
  throw new Error(`cannot build for ${name}: Node is pinned for x64 and arm64 only`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
