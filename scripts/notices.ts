/**
 * Writes THIRD-PARTY-NOTICES: what the executable contains beside tsupervisor, and under which licences.
 *
 * usage: node scripts/notices.ts [--check]     --check: exit code 1 when the file is not as it would be written
 */
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { bundle } from './build/bundle.ts';
import { bundledPackages } from './build/licences.ts';

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'THIRD-PARTY-NOTICES');

const head = `What the executable of tsupervisor contains, and under which licences. scripts/notices.ts writes this file.

The full texts, and the exact versions, are made with each executable, beside it: tsupervisor.LICENCES.txt and
tsupervisor.versions.txt; \`tsupervisor version --verbose\` prints the versions. An executable that was built with
\`npm run build -- --plain\` contains no library of Debian.
`;

const runtime = `Node.js, with V8, libuv, OpenSSL, ICU, zlib and more
    MIT, and the licences of its parts
    https://github.com/nodejs/node
`;

// Debian's packages: their files are unchanged, and their sources are kept for good at snapshot.debian.org.
const libraries = `Libraries of Debian, unchanged, as separate files within the executable

The GNU C Library: ld-linux, libc, libm, libdl, libpthread
    LGPL-2.1-or-later, and the licences of its parts
    Source: Debian's package glibc, https://snapshot.debian.org/package/glibc/
GCC's libraries: libstdc++, libgcc_s, libatomic
    GPL-3.0-or-later WITH GCC-exception-3.1
    Source: Debian's package gcc-12, https://snapshot.debian.org/package/gcc-12/

To run tsupervisor with other versions of them: build it with \`npm run build -- --plain\`, which takes those of the image,
or on a machine that has the others: the build carries what it finds there.
`;

const text = [head, runtime, await packages(), libraries].join('\n');
if (process.argv.includes('--check')) await compare();
else await writeFile(target, text);

async function compare(): Promise<void> {
  if ((await readFile(target, 'utf8')) === text) return;
  process.stderr.write('cannot accept THIRD-PARTY-NOTICES: run scripts/notices.ts\n');
  process.exitCode = 1;
}

async function packages(): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tsupervisor-notices-'));
  const order = { entry: join(root, 'src/main.ts'), outfile: join(folder.path, 'bundle.cjs') };
  const metafile = await bundle({ ...order, version: packageJson.version });
  const entries = await Promise.all(bundledPackages(metafile).map(describePackage));
  return `npm packages\n\n${entries.join('')}`;
}

/** What is read of a package.json. */
interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly repository: string | { readonly url: string };
}

async function describePackage(name: string): Promise<string> {
  const file = join(root, 'node_modules', name, 'package.json');
  const { version, license, repository }: Manifest = JSON.parse(await readFile(file, 'utf8'));
  return `${name} ${version}\n    ${license}\n    ${homeOf(repository)}\n`;
}

/** `git+https://github.com/npm/ini.git` and `npm/ini` are the same place. */
function homeOf(repository: Manifest['repository']): string {
  const place = typeof repository === 'string' ? repository : repository.url;
  const path = place.replace(/^.*github\.com[/:]/, '').replace(/\.git$/, '');
  return `https://github.com/${path}`;
}
