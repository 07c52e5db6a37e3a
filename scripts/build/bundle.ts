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
  // A stack trace in someone's container log must be readable, and Node prints the line of an error: names stay, and
  // lines stay short. Without blanks and comments there is 1 MB less in memory: V8 keeps the source, at two bytes a
  // character.
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
  // Starts 2 ms sooner than UTF-8, which has to be decoded.
  charset: 'ascii',
  logLevel: 'warning',
  // import.meta is empty in CommonJS: source that relies on it would work in the tests and break in the executable.
  logOverride: { 'empty-import-meta': 'error' },
} as const satisfies BuildOptions;
