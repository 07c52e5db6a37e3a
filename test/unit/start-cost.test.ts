import { test } from 'node:test';
import { deepEqual, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { bundle } from '../../scripts/build/bundle.ts';
import { root } from '../support/paths.ts';
import { Scratch } from '../support/scratch.ts';

/** What of Node takes milliseconds to load, and the first program does not need. */
const costly = [
  'net',
  'tty',
  'http',
  'crypto',
  'dns',
  'dgram',
  'zlib',
  'readline',
  'stream',
  'worker_threads',
];

/** Loads the whole program, which then refuses its arguments, and says at its end what of Node it has loaded. */
const witness = `
process.on('exit', () => require('node:fs').writeSync(1, JSON.stringify(process.moduleLoadList)));
process.argv.splice(2, Infinity, '--no-such-option');
require('./program.cjs');
`;

test('a plain start loads nothing of Node that is slow to load and that the first program does not need', async () => {
  await using scratch = new Scratch();
  await bundle({ entry: `${root}/src/main.ts`, outfile: scratch.path('program.cjs'), version: '0' });
  const start = scratch.write('start.cjs', witness);

  let loaded = '';
  try {
    execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', start], { stdio: 'pipe' });
  } catch (error) {
    // Exit code 2, for the arguments.
    if (error instanceof Error && 'stdout' in error) loaded = String(error.stdout);
  }

  ok(loaded.includes('"NativeModule ffi"'), 'the program was loaded');
  deepEqual(
    costly.filter((name) => loaded.includes(`"NativeModule ${name}"`)),
    [],
  );
});
