import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { build, type BuildOptions, type Metafile, transform, type TransformOptions } from 'esbuild';

/** What goes into the bundle. Paths are absolute. */
export interface BundleOrder {
  /** The TypeScript file that the program starts with. */
  readonly entry: string;
  /** The CommonJS file to write. */
  readonly outfile: string;
  /** What the source sees as the constant `__VERSION__`. */
  readonly version: string;
}

/**
 * Bundles the program into one CommonJS file, the only form that Node's single executables load without the ESM loader
 * (https://nodejs.org/api/single-executable-applications.html).
 *
 * @returns which files went in, with their sizes in bytes
 */
export async function bundle({ entry, outfile, version }: BundleOrder): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    ...bundleOptions,
    entryPoints: [entry],
    outfile,
    define: { __VERSION__: JSON.stringify(version) },
  });
  const { code } = await transform(outputFiles[0]?.text ?? '', writeOptions);
  await mkdir(dirname(outfile), { recursive: true });
  await writeFile(outfile, code);
  return metafile;
}

const bundleOptions = {
  bundle: true,
  metafile: true,
  write: false,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  // Imports of types alone must not pull modules in: at start-up every module costs time.
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
  legalComments: 'none',
  logLevel: 'warning',
  // import.meta is empty in CommonJS: source that relies on it would work in the tests and break in the executable.
  logOverride: { 'empty-import-meta': 'error' },
} as const satisfies BuildOptions;

const writeOptions = {
  target: 'node26',
  // A stack trace in someone's container log must be readable, and Node prints the line of an error: names stay, and
  // lines stay short. Blanks and comments would be in memory, too: V8 keeps the source.
  minifyWhitespace: true,
  lineLimit: 160,
  // src/boot.ts reads it without decoding.
  charset: 'ascii',
} as const satisfies TransformOptions;
