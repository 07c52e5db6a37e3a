import { equal, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { root, tsupervisor } from '../support/paths.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';
import { Container, runPodman } from './container.ts';

/** The executable is taken from here instead of being built again, and Debian from scripts/containers. */
const builtImage = 'localhost/tsupervisor-built';
const stackImage = 'localhost/tsupervisor-stack';
const chosen = [
  `--build-context=build=container-image://${builtImage}`,
  '--build-arg=STACK_BASE=localhost/tsupervisor-debian',
];

before(async () => {
  await using scratch = new Scratch();
  const file = scratch.write('Dockerfile', 'FROM scratch\nCOPY tsupervisor /src/dist/tsupervisor\n');
  await buildImage(['--tag', builtImage, '--file', file, dirname(tsupervisor)]);
  await buildImage(['--tag', stackImage, ...chosen, '--file', join(root, 'Dockerfile'), root]);
});

async function buildImage(words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runPodman([
    'build',
    '--quiet',
    '--network=host',
    '--format=docker',
    ...words,
  ]);
  equal(code, 0, `${stdout}${stderr}`);
}

/** What docker-compose.yml says, in podman's words. */
const composed = [
  '--user=1000:1000',
  '--read-only',
  '--read-only-tmpfs=false',
  '--tmpfs=/run:mode=1777',
  '--tmpfs=/tmp:mode=1777',
  '--tmpfs=/data:mode=1777',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--no-healthcheck',
];

const visit = 'import urllib.request as u; print(u.urlopen("http://127.0.0.1:8080/a-job").read().decode())';

test('nginx, an app, redis and a worker run as in docker-compose.yml, and stop in time', async () => {
  await using container = new Container({ image: 'stack', argv: [], options: composed });
  await waitFor(
    'a healthy container',
    async () => (await container.exec('tsupervisor', 'health')).code === 0,
  );

  const answer = await container.exec('python3', '-c', visit);
  const status = await container.exec('supervisorctl', 'status');

  match(answer.stdout, /^\d+ jobs done/, answer.stderr);
  await container.output.line(/^worker +\| done: \/a-job$/);
  await container.output.line(/^nginx +\| .*"GET \/a-job HTTP\/1.1" 200/);
  equal([...status.stdout.matchAll(/^(app|nginx|redis|worker) +RUNNING/gm)].length, 4, status.stdout);
  await container.stop(12);
  equal(await container.exitCode(), 0, container.output.text);
});

/** podman-compose, with docker-compose.yml as it is; only its network is taken away (scripts/containers-compose). */
const compose = (...words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> =>
  new Promise((resolve) => {
    const argv = ['--podman-path', join(root, 'scripts', 'containers-compose'), '-p', 'tsvtest', ...words];
    execFile('podman-compose', argv, { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), text: `${stdout}${stderr}` }),
    );
  });

/** What the stack answers on its port; undefined: nothing yet. */
async function visited(): Promise<string | undefined> {
  try {
    return await (await fetch('http://127.0.0.1:8080/a-job')).text();
  } catch {
    return undefined;
  }
}

test('docker-compose.yml comes up with podman-compose, serves requests, is healthy, and goes down', async () => {
  try {
    const up = await compose('up', '--no-build', '-d');
    equal(up.code, 0, up.text);

    match(await waitFor('an answer of the stack', visited), /^\d+ jobs done/);
    const health = await runPodman(['exec', 'tsvtest_stack_1', 'tsupervisor', 'health']);
    equal(health.stdout, 'healthy\n', health.stderr);
  } finally {
    const down = await compose('down');
    equal(down.code, 0, down.text);
  }
});
