import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';
import { Container, inside } from './container.ts';

const control = `[unix_http_server]
file = /control/tsupervisor.sock
[supervisord]
[supervisorctl]
serverurl = unix:///control/tsupervisor.sock
`;
const writableControl = ['--tmpfs', '/control:mode=1777'];

const serve = (name: string, more = ''): string =>
  `[program:${name}]\ncommand = ${inside.app} serve\nstartsecs = 0\n${more}`;

/** A container from scratch that runs a configuration. */
function start(scratch: Scratch, config: string, options: readonly string[]): Container {
  const files = { '/etc/supervisord.conf': scratch.write('supervisord.conf', config) };
  return new Container({ image: 'scratch', argv: [], options, files });
}

/** Memory that the kernel cannot take back, of one process (proc_pid_smaps(5)). */
function unreclaimableMegabytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = [...text.matchAll(/^Pss_(?:Anon|Shmem): +(\d+)/gm)].map(([, number]) => Number(number));
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

test('one program and its client fit into 64 MB, of which we take less than 15', async () => {
  await using scratch = new Scratch();
  await using container = start(scratch, `${control}${serve('web')}`, ['--memory=64m', ...writableControl]);
  await container.output.line(/^web \| through/);

  const pid = await container.hostPid();
  // In its first second it takes about two megabytes more than afterwards.
  await waitFor('less than 15 MB', () => unreclaimableMegabytes(pid) < 15);

  const status = await container.exec(inside.tsupervisor, 'ctl', 'status');

  match(status.stdout, /^web +RUNNING/);
});

test('20 programs fit into 128 MB', async () => {
  await using scratch = new Scratch();
  const names = Array.from({ length: 20 }, (_, index) => `web${index}`);
  const config = `${control}${names.map((name) => serve(name)).join('')}`;
  await using container = start(scratch, config, ['--memory=128m', ...writableControl]);
  await container.output.matching(/ \| through \/dev\/stdout$/, 20);

  const status = await container.exec(inside.tsupervisor, 'ctl', 'status');

  equal([...status.stdout.matchAll(/ RUNNING /g)].length, 20, status.stdout);
  await container.stop();
  equal(await container.exitCode(), 0, container.output.text);
});

test('a program that takes all the memory is killed and named, and the others go on', async () => {
  await using scratch = new Scratch();
  // The kernel counts the mapped pages of our file as ours, so in a small container it has to be told whom to kill.
  const greedy = `[program:greedy]\ncommand = ${inside.app} grow\nautorestart = false\noom_score_adj = 500\n`;
  const options = ['--memory=64m', '--memory-swap=64m', ...writableControl];
  const config = `${control}${greedy}startsecs = 0\n${serve('web')}`;
  await using container = start(scratch, config, options);

  await container.output.line(/exited: greedy \(terminated by SIGKILL/);
  const status = await container.exec(inside.tsupervisor, 'ctl', 'status');

  match(status.stdout, /^greedy +EXITED/m);
  match(status.stdout, /^web +RUNNING/m);
});

test('a program that is killed is started again', async () => {
  await using scratch = new Scratch();
  await using container = start(
    scratch,
    `${control}${serve('web', 'autorestart = true\n')}`,
    writableControl,
  );
  await container.output.line(/^web \| through/);

  await container.exec(inside.tsupervisor, 'ctl', 'signal', 'KILL', 'web');

  await container.output.matching(/^web \| through/, 2);
});

test('a program that ignores SIGTERM does not cost the container its grace period', async () => {
  await using scratch = new Scratch();
  const deaf = `[program:deaf]\ncommand = ${inside.app} deaf\nstartsecs = 0\nstopwaitsecs = 1\n`;
  await using container = start(scratch, `[supervisord]\n${deaf}`, []);
  await container.output.line(/^deaf \| through/);

  await container.stop();

  equal(await container.exitCode(), 0, container.output.text);
});

for (const [how, script, code] of [
  ['an exit code', 'exit 9', 9],
  ['a signal', 'kill -KILL $$', 137],
  ['a file that is not there', 'exec /no/such/file', 127],
] as const)
  test(`the end of the main program by ${how} is that of the container`, async () => {
    await using container = new Container({ image: 'busybox', argv: ['--', 'sh', '-c', script] });

    equal(await container.exitCode(), code, container.output.text);
  });

test('no capability, no new privilege, the default seccomp profile and nothing to write to: it runs', async () => {
  await using scratch = new Scratch();
  const security = ['--cap-drop=ALL', '--security-opt=no-new-privileges'];
  const nothing = ['--read-only', '--read-only-tmpfs=false', '--user=1000:1000', ...security];
  await using container = start(scratch, `[supervisord]\n${serve('web')}`, nothing);
  await container.output.line(/^web \| through/);

  const status = readFileSync(`/proc/${await container.hostPid()}/status`, 'utf8');

  deepEqual(
    ['Seccomp', 'NoNewPrivs', 'CapBnd'].map(
      (name) => new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(status)?.[1],
    ),
    ['2', '1', '0000000000000000'],
  );
  await container.stop();
  equal(await container.exitCode(), 0, container.output.text);
});

test('in the PID namespace of another container it reaps what is its own', async () => {
  await using scratch = new Scratch();
  await using first = new Container({ image: 'scratch', argv: ['--', inside.app, 'serve'] });
  await first.output.line(/^through/);
  await using second = start(scratch, `[supervisord]\n${serve('web')}`, [`--pid=container:${first.name}`]);
  await second.output.line(/^web \| through/);

  await second.stop();

  equal(await second.exitCode(), 0, second.output.text);
  equal((await first.exec(inside.tsupervisor, 'version')).code, 0, 'the other container still runs');
});

test('tsupervisor health is a health check for the runtime', async () => {
  await using scratch = new Scratch();
  const fragile = serve('fragile', 'autorestart = false\n');
  const options = [`--health-cmd=["${inside.tsupervisor}", "health"]`, ...writableControl];
  await using container = start(scratch, `${control}${serve('web')}${fragile}`, options);
  await container.output.matching(/ \| through/, 2);
  equal((await container.healthCheck()).code, 0);

  await container.exec(inside.tsupervisor, 'ctl', 'signal', 'USR1', 'fragile');

  await waitFor('an unhealthy container', async () => (await container.healthCheck()).code === 1);
});
