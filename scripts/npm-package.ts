/**
 * Makes the folder of the npm package, for `npx tsupervisor` where there is a Node that is new enough.
 *
 * usage: node scripts/npm-package.ts [FOLDER]     FOLDER: by default dist/npm; what is in it is replaced
 */
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { bundle } from './build/bundle.ts';

/** The first Node with node:ffi as the program uses it. */
const oldestNode = '26.10.0';

const root = resolve(import.meta.dirname, '..');
const [folder = join(root, 'dist', 'npm')] = process.argv.slice(2);

const { name, version, description, license, os } = packageJson;
const manifest = {
  name,
  version,
  description,
  license,
  os,
  cpu: ['x64', 'arm64'],
  engines: { node: `>=${oldestNode}` },
  bin: { tsupervisor: 'bin/tsupervisor.cjs' },
  files: ['bin', 'lib'],
};

/** Older Nodes cannot even read the program: this file is for them, too. */
const launcher = `#!/usr/bin/env node
'use strict';
var version = process.versions.node.split('.').map(Number);
if (version[0] < 26 || (version[0] === 26 && version[1] < 10)) {
  console.error('cannot run: tsupervisor needs Node ${oldestNode} or newer, and this is ' + process.versions.node + '; the executable of a release needs no Node at all');
  process.exit(1);
}
// node:ffi is experimental, which is nothing to tell the user of a program.
process.removeAllListeners('warning');
require('../lib/tsupervisor.cjs');
`;

await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, 'bin'), { recursive: true });
await bundle({
  entry: join(root, 'src', 'main.ts'),
  outfile: join(folder, 'lib', 'tsupervisor.cjs'),
  version,
});
await writeFile(join(folder, 'bin', 'tsupervisor.cjs'), launcher);
await chmod(join(folder, 'bin', 'tsupervisor.cjs'), 0o755);
await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
for (const file of ['LICENSE', 'README.md', 'THIRD-PARTY-NOTICES'])
  await copyFile(join(root, file), join(folder, file));
