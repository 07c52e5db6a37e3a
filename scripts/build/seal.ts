import { rename } from 'node:fs/promises';
import pkgSea, { type SeaConfig } from '@yao-pkg/pkg/lib-es5/sea.js';
import { nodeFlags } from './flags.ts';
import type { Arch } from './runtime.ts';

/** What goes into one executable. Paths are absolute: pkg changes directory. */
export interface SealOrder {
  readonly arch: Arch;
  /** The bundled script that is run, CommonJS. */
  readonly main: string;
  /** The files that it can read (node:sea), by name. */
  readonly assets: Readonly<Record<string, string>>;
  /** The stripped Node binary. */
  readonly runtime: string;
  /** The executable to write. */
  readonly output: string;
}

// pkg's type knows four of the fields; it hands all of them to Node, which documents these as well.
interface FullSeaConfig extends SeaConfig {
  readonly assets: Readonly<Record<string, string>>;
  readonly execArgv: readonly string[];
  readonly execArgvExtension: 'none';
}

/**
 * Makes one executable from the program and a Node binary, with pkg's SEA mode.
 *
 * @throws Error when Node cannot make the blob or postject cannot inject it
 */
export async function seal({ arch, main, assets, runtime, output }: SealOrder): Promise<void> {
  const seaConfig: FullSeaConfig = {
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // Of the main script, which is small: those of the program are assets.
    useCodeCache: false,
    assets,
    execArgv: nodeFlags,
    // A container's NODE_OPTIONS is for its programs, never for PID 1.
    execArgvExtension: 'none',
  };
  const unfinished = `${output}.${process.pid}`;
  const target = { nodeRange: 'node26', platform: 'linux', arch, output: unfinished } as const;

  // It would reach the Node that makes the blob.
  delete process.env['NODE_OPTIONS'];
  // Another processor's Node cannot be asked for its version or make the blob: ours does, which is of the same version.
  const useLocalNode = arch !== process.arch;
  await pkgSea.default(main, { targets: [target], nodePath: runtime, useLocalNode, seaConfig });
  // An executable that is running cannot be written to (ETXTBSY), but it can be replaced.
  await rename(unfinished, output);
}
