import { deepEqual, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { Scratch } from '../support/scratch.ts';
import { build } from './build.ts';

const run = promisify(execFile);
const emulator = 'qemu-aarch64';
const executable = join(root, '.cache', 'test', 'tsupervisor-arm64');

before(async () => {
  await build('--arch=arm64', 'src/main.ts', executable);
});

test('the executable for arm64 tells its version', async () => {
  const { stdout } = await run(emulator, [executable, 'version', '--verbose']);

  match(stdout, /^tsupervisor \d/m);
  match(stdout, /^libc\.so\.6 of libc6-arm64-cross /m);
  match(stdout, /^code cache: none$/m);
});

for (const bytes of ['16384', '65536'])
  test(`the executable for arm64 starts where a page has ${bytes} bytes`, async () => {
    const { stdout } = await run(emulator, ['-p', bytes, executable, 'version']);

    match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

test('the executable for arm64 checks a configuration', async () => {
  await using scratch = new Scratch();
  const file = scratch.write('s.conf', '[supervisord]\n[program:web]\ncommand = /bin/cat\n');

  const { stdout } = await run(emulator, [executable, 'check', '-c', file]);

  match(stdout, /no mistakes/);
});

test('the executable for arm64 runs a program and reaps it', async () => {
  await using scratch = new Scratch();
  const file = scratch.write(
    's.conf',
    '[supervisord]\n[program:web]\ncommand = /bin/sh -c "echo hello; exit 5"\noneshot = true\nstartretries = 0\n',
  );
  await using init = new Pid1([emulator, executable, '-c', file]);

  await init.line(/^web \| hello$/);

  deepEqual(await init.exit(), { code: 5, signal: undefined });
});
