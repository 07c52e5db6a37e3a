import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

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

function bundledPackages(metafile: Metafile): readonly string[] {
  const names = Object.keys(metafile.inputs).flatMap((path) => {
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return name === undefined ? [] : [name];
  });
  return [...new Set(names)].toSorted();
}
