/**
 * Runs the tests of the named layers, folders under test/, with node:test.
 *
 * usage: node scripts/run-tests.ts LAYER… [--only=PATTERN]
 * `--only` runs the tests whose names match, as node's --test-name-pattern does. The exit code is 1 when a test failed.
 */
import { existsSync, globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });

runLayers(positionals, values.only);

function runLayers(layers: readonly string[], only: string | undefined): void {
  const files = layers.flatMap(filesOf);
  if (files.length === 0)
    return refuse(`cannot run tests: no test file in ${layers.join(', ') || 'no layer'}`);

  const stream = run({
    files,
    // A test that waits for a process leaves its processor to another one: one more file than processors.
    concurrency: 3,
    // Only for a test that hangs; the tests themselves wait for facts and say what they miss after 60 s.
    timeout: 120_000,
    ...(only === undefined ? {} : { testNamePatterns: [only] }),
  });
  stream.on('test:fail', () => {
    process.exitCode = 1;
  });
  stream.compose(new spec()).pipe(process.stdout);
}

function filesOf(layer: string): readonly string[] {
  const folder = join(root, 'test', layer);
  if (!existsSync(folder)) refuse(`cannot run tests: no such folder: "test/${layer}"`);
  return globSync('**/*.test.ts', { cwd: folder })
    .map((file) => join(folder, file))
    .toSorted();
}

function refuse(line: string): void {
  process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}
