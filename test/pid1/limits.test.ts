import { test } from 'node:test';
import { equal } from 'node:assert/strict';
import { Pid1 } from '../support/pid1.ts';
import { tsupervisor } from '../support/paths.ts';
import { Scratch } from '../support/scratch.ts';

/** Runs a command with a soft limit of open files. */
const withSoftLimit = (limit: number, argv: readonly string[]): readonly string[] => [
  '/bin/sh',
  '-c',
  `ulimit -Sn ${limit} && exec "$@"`,
  'sh',
  ...argv,
];

const program = (more: string): string =>
  `[supervisord]\noutput_format=raw\n[program:p]\ncommand=/bin/sh -c 'echo soft $(ulimit -Sn)'\nstartsecs=0\n${more}`;

test('a lone command has the soft limit of open files that we were started with', async () => {
  await using init = new Pid1(
    withSoftLimit(300, [tsupervisor, '--', '/bin/sh', '-c', 'echo soft $(ulimit -Sn)']),
  );

  equal(await init.line(/^soft/), 'soft 300');
});

test('a program has at least minfds, and it is said that the limit was raised', async () => {
  await using scratch = new Scratch();
  const config = scratch.write('s.conf', program(''));
  await using init = new Pid1(withSoftLimit(300, [tsupervisor, '-c', config]));

  equal(await init.line(/^soft/), 'soft 1024');
  await init.line(/INFO Increased RLIMIT_NOFILE limit to 1024$/);
});

test('a program has no more than we were started with, although Node raises its own limit', async () => {
  await using scratch = new Scratch();
  const config = scratch.write('s.conf', program(''));
  await using init = new Pid1(withSoftLimit(2048, [tsupervisor, '-c', config]));

  equal(await init.line(/^soft/), 'soft 2048');
});

test('limit_nofile has the last word', async () => {
  await using scratch = new Scratch();
  const config = scratch.write('s.conf', program('limit_nofile=77\n'));
  await using init = new Pid1([tsupervisor, '-c', config]);

  equal(await init.line(/^soft/), 'soft 77');
});
