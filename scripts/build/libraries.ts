import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { compilers } from './launcher.ts';
import type { Arch } from './runtime.ts';

const run = promisify(execFile);

/** A library, or the dynamic loader, that goes into the executable. */
export interface Library {
  /** What it is called in the trailer: its soname, or `loader`. */
  readonly name: string;
  /** Absolute, without links. */
  readonly path: string;
  /** `libc6 2.36-9+deb12u14`; undefined where it does not come from a Debian package. */
  readonly debian: string | undefined;
  /** The licence text that the Debian package has; empty where there is none. */
  readonly licence: string;
}

/**
 * Finds what a program needs to be loaded: the libraries that it names (readelf(1), DT_NEEDED), and its loader. The
 * compiler is asked where they are, so that another processor's are found too.
 *
 * @throws Error naming the first one that is not installed
 */
export async function findLibraries(arch: Arch, program: string): Promise<readonly Library[]> {
  const { stdout } = await run('readelf', ['--dynamic', '--wide', program]);
  const needed = [...stdout.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name = '']) => name);
  return await Promise.all(needed.map((name) => findLibrary(arch, name)));
}

async function findLibrary(arch: Arch, soname: string): Promise<Library> {
  const { stdout } = await run(compilers[arch], [`-print-file-name=${soname}`]);
  const found = stdout.trim();
  // The compiler answers with the bare name when it knows no such file.
  if (!found.startsWith('/')) throw new Error(`cannot find ${soname} for ${arch}: run scripts/install`);
  const path = await realpath(found);
  const name = soname.startsWith('ld-linux') ? 'loader' : soname;
  return { name, path, ...(await findPackage(path)) };
}

async function findPackage(path: string): Promise<Pick<Library, 'debian' | 'licence'>> {
  const owner = await ownerOf(path);
  if (owner === undefined) return { debian: undefined, licence: '' };
  const { stdout } = await run('dpkg-query', ['--show', '--showformat=${Package} ${Version}', owner]);
  const [name = ''] = stdout.split(' ');
  const copyright = `/usr/share/doc/${name}/copyright`;
  return { debian: stdout, licence: existsSync(copyright) ? await readFile(copyright, 'utf8') : '' };
}

/** On a merged /usr the package may know the file by its old place, /lib. */
async function ownerOf(path: string): Promise<string | undefined> {
  for (const place of [path, path.replace(/^\/usr/, '')]) {
    const answer = await run('dpkg-query', ['--search', place]).catch(() => undefined);
    if (answer !== undefined) return answer.stdout.slice(0, answer.stdout.lastIndexOf(': '));
  }
  return undefined;
}
