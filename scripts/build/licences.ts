import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import type { Library } from './libraries.ts';

/**
 * Collects the licence texts of everything that the executable contains, which their authors ask to be kept with it.
 *
 * @param root - the repository, absolute
 * @param metafile - what esbuild bundled
 * @param runtime - the npm package that the Node binary came in
 */
export async function collectLicences(root: string, metafile: Metafile, runtime: string): Promise<string> {
  const texts = await Promise.all(
    [...bundledPackages(metafile), runtime].map(async (name) => {
      const folder = join(root, 'node_modules', name);
      const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
      const bodies = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
      return [`==== ${name}`, ...bodies.map((body) => body.trim())].join('\n\n');
    }),
  );
  return `${texts.join('\n\n')}\n`;
}

/** The names of the npm packages that esbuild bundled, in alphabetical order. */
export function bundledPackages(metafile: Metafile): readonly string[] {
  const names = Object.keys(metafile.inputs).flatMap((path) => {
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return name === undefined ? [] : [name];
  });
  return [...new Set(names)].toSorted();
}

/** The licence texts of the Debian packages that the libraries come from, each once. */
export function collectLibraryLicences(libraries: readonly Library[]): string {
  const texts = new Map(libraries.map(({ path, debian = path, licence }) => [debian, licence.trim()]));
  return [...texts].map(([name, text]) => `\n==== ${name}\n\n${text}\n`).join('');
}
