import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { bytesOfText } from '../../src/core/byte-text.ts';
import { readSecrets } from '../../src/daemon/read-secrets.ts';
import { Scratch } from '../support/scratch.ts';
import { processWith } from './config-rig.ts';

const secretsOf = (path: string): ReturnType<typeof readSecrets> =>
  readSecrets(processWith(`secrets=KEY:${path}`));

function problemOf(path: string): string {
  const read = secretsOf(path);
  return read.kind === 'problem' ? read.why : '';
}

test('a secret has the bytes of its file, without one newline at the end', async () => {
  await using scratch = new Scratch();
  const bytes = [0x70, 0xe4, 0x73, 0xff, 0xc3, 0xa4, 0x0a];

  const read = secretsOf(scratch.write('key', Uint8Array.of(...bytes, 0x0d, 0x0a)));

  const [, value = ''] = (read.kind === 'read' ? read.variables : []).at(0) ?? [];
  deepEqual([...bytesOfText(value)], bytes);
});

test('a secret that no variable can hold is a problem that names it and its file', async () => {
  await using scratch = new Scratch();
  const nul = scratch.write('nul', 'a\0b');
  const large = scratch.write('large', 'x'.repeat(1024 * 1024 + 1));

  equal(problemOf(nul), `cannot read secret KEY from ${nul}: no variable can hold a NUL byte`);
  equal(problemOf(large), `cannot read secret KEY from ${large}: it is larger than 1 MB`);
});

test('a secret that is a pipe, or is not there, is a problem at once', async () => {
  await using scratch = new Scratch();
  const pipe = scratch.path('pipe');
  execFileSync('mkfifo', [pipe]);

  equal(problemOf(pipe), `cannot read secret KEY from ${pipe}: it is not a file`);
  equal(
    problemOf(scratch.path('none')),
    `cannot read secret KEY from ${scratch.path('none')}: there is no such file`,
  );
});
