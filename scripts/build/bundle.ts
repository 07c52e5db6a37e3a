import { build, type BuildOptions, type Metafile } from 'esbuild';

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
  const { metafile } = await build({
    ...bundleOptions,
    entryPoints: [entry],
    outfile,
    define: { __VERSION__: JSON.stringify(version) },
  });
  return metafile;
}

const bundleOptions = {
  bundle: true,
  metafile: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  // Imports of types alone must not pull modules in: at start-up every module costs time.
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
  // Not minified: a stack trace in someone's container log must be readable, and Node prints the line of an error.
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'warning',
  // import.meta is empty in CommonJS: source that relies on it would work in the tests and break in the executable.
  logOverride: { 'empty-import-meta': 'error' },
} as const satisfies BuildOptions;
