import { test } from 'node:test';
import { deepEqual, equal, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../support/paths.ts';
import { Scratch } from '../support/scratch.ts';

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (file: string, argv: readonly string[]): Promise<Answer> =>
  new Promise((resolve) => {
    execFile(file, [...argv], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

test('the npm package runs a command, and says nothing of its own', async () => {
  await using scratch = new Scratch();
  await run(process.execPath, [join(root, 'scripts', 'npm-package.ts'), scratch.folder]);

  const program = scratch.path('bin/tsupervisor.cjs');
  const answer = await run(process.execPath, [program, '--', '/bin/sh', '-c', 'echo in; exit 3']);

  deepEqual(answer, { code: 3, stdout: 'in\n', stderr: '' });
});

test('the npm package tells an older Node what it needs', async () => {
  await using scratch = new Scratch();
  await run(process.execPath, [join(root, 'scripts', 'npm-package.ts'), scratch.folder]);
  const older = scratch.write(
    'older.cjs',
    `Object.defineProperty(process.versions, 'node', { value: '20.20.2' });
require(${JSON.stringify(scratch.path('bin/tsupervisor.cjs'))});`,
  );

  const answer = await run(process.execPath, [older]);

  equal(answer.code, 1);
  match(answer.stderr, /^cannot run: tsupervisor needs Node 26\.10\.0 or newer, and this is 20\.20\.2; /);
});
