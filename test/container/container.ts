import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Lines } from '../support/lines.ts';
import { root, tsupervisor } from '../support/paths.ts';
import type { Answer } from '../support/pid1.ts';
import { inTime } from '../support/wait-for.ts';

/** The images that scripts/containers makes (`scratch` holds nothing at all), and that of the Dockerfile. */
export type Image = 'scratch' | 'busybox' | 'debian' | 'no-libstdc' | 'stack';

/** How a container is started. */
export interface ContainerOptions {
  readonly image: Image;
  /** What follows the name of the executable. */
  readonly argv: readonly string[];
  /** Options of `podman run`. */
  readonly options?: readonly string[];
  /** Files of the machine that are mounted: where in the container → where here; read-only but for those under /dev. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Where the executable and the static test program are in every container. */
export const inside = { tsupervisor: '/usr/bin/tsupervisor', app: '/app' } as const;

const podman = join(root, 'scripts', 'containers-podman');

/**
 * A container with tsupervisor as its entry point, run by podman and crun. Disposing it kills and removes it.
 *
 * ```ts
 * await using container = new Container({ image: 'scratch', argv: ['--', inside.app, 'serve'] });
 * await container.output.line(/up/);
 * await container.stop();
 * equal(await container.exitCode(), 0);
 * ```
 */
export class Container implements AsyncDisposable {
  /** Both streams, as they came. */
  readonly output: Lines;
  /** What podman calls it. */
  readonly name = `tsupervisor-test-${randomUUID()}`;
  readonly #podman: ChildProcess;
  readonly #ending: Promise<number>;

  constructor({ image, argv, options = [], files = {} }: ContainerOptions) {
    const fixed = ['--rm', '--name', this.name, '--pull=never', '--entrypoint', inside.tsupervisor];
    const call = ['run', ...fixed, ...mounts(files), ...options, `localhost/tsupervisor-${image}`, ...argv];
    this.#podman = spawn(podman, call, {
      // conmon leaves a file `oom` where it was started when the kernel kills a container for its memory.
      cwd: join(root, '.cache'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#podman;
    if (stdout === null || stderr === null) throw new Error('cannot read the container: it has no pipes');
    this.output = new Lines('the output of the container', [stdout, stderr]);
    this.#ending = new Promise((resolve, reject) => {
      this.#podman.once('error', reject);
      this.#podman.once('close', (code) => resolve(code ?? -1));
    });
    this.#ending.catch(() => undefined);
  }

  /** Resolves with the exit code of the container, when it has ended; 137: it was killed. */
  async exitCode(): Promise<number> {
    return await inTime(
      this.#ending,
      () => `the end of the container, whose output is:\n${this.output.text}`,
    );
  }

  /** `podman exec`: runs a command in the container. Its exit code is in the answer. */
  async exec(...argv: readonly string[]): Promise<Answer> {
    return await runPodman(['exec', this.name, ...argv]);
  }

  /** `podman healthcheck run`: runs the health check that the options named, now. */
  async healthCheck(): Promise<Answer> {
    return await runPodman(['healthcheck', 'run', this.name]);
  }

  /** The pid of its first process, outside of the container. */
  async hostPid(): Promise<number> {
    return Number((await runPodman(['inspect', '--format={{.State.Pid}}', this.name])).stdout);
  }

  /** `podman stop`: SIGTERM, and SIGKILL after the grace period. Resolves when the container has ended. */
  async stop(graceSeconds = 10): Promise<void> {
    await runPodman(['stop', '--time', String(graceSeconds), this.name]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#podman.exitCode !== null) return;
    await runPodman(['rm', '--force', '--time=0', this.name]);
    await this.#ending;
  }
}

function mounts(files: Readonly<Record<string, string>>): readonly string[] {
  const all = { [inside.tsupervisor]: tsupervisor, [inside.app]: join(root, '.cache/images/app'), ...files };
  return Object.entries(all).flatMap(([target, source]) => [
    '--volume',
    `${source}:${target}${target.startsWith('/dev/') ? '' : ':ro'}`,
  ]);
}

/** Runs podman with the settings of the tests, to its end. */
export function runPodman(argv: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(podman, argv, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 255), stdout, stderr });
    });
  });
}
