import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import type { Library } from './libraries.ts';
import { bundledPackages } from './licences.ts';

/** What an executable is made of, beside Node, which knows its own parts. */
export interface Ingredients {
  /** The repository, absolute. */
  readonly root: string;
  readonly metafile: Metafile;
  readonly libraries: readonly Library[];
}

/** The versions of the npm packages and the libraries, one a line: `pino 10.4.0`, `libc.so.6 of libc6 2.36-9`. */
export async function describeVersions({ root, metafile, libraries }: Ingredients): Promise<string> {
  const packages = await Promise.all(
    bundledPackages(metafile).map(async (name) => `${name} ${await packageVersion(root, name)}`),
  );
  const carried = libraries.map(({ name, path, debian = path }) => `${name} of ${debian}`);
  return [...packages, ...carried, ''].join('\n');
}

async function packageVersion(root: string, name: string): Promise<string> {
  const file = join(root, 'node_modules', name, 'package.json');
  const { version }: { readonly version: string } = JSON.parse(await readFile(file, 'utf8'));
  return version;
}
