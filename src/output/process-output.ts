import { Channel } from './channel.ts';
import { type OutputPlan } from './channel-plan.ts';
import { type MemoryTail } from './memory-tail.ts';
import { type OutputPlane } from './output-plane.ts';

/** The read ends of a new instance's pipes; undefined where there is none (stderr with redirect_stderr). */
export interface Pipes {
  readonly pid: number;
  readonly stdoutFd: number | undefined;
  readonly stderrFd: number | undefined;
}

/**
 * The output of one supervised process. It outlives the instances: each brings new pipes, while old ones may still be
 * held open by grandchildren and are read to their end.
 */
export class ProcessOutput {
  readonly #plan: OutputPlan;
  readonly #channels: { readonly stdout: Channel; readonly stderr: Channel };
  /** How many pipes of the newest instance are open. */
  #openPipes = 0;
  #generation = 0;
  #whenDrained: (() => void) | undefined;

  constructor(plan: OutputPlan, plane: OutputPlane) {
    this.#plan = plan;
    this.#channels = {
      stdout: new Channel({ plan: plan.stdout, plane, name: plan.name }),
      stderr: new Channel({ plan: plan.stderr, plane, name: plan.name }),
    };
  }

  /** Opens the log files, before the spawn. Returns the errno name when one cannot be opened. */
  open(): string | undefined {
    return this.#channels.stdout.open() ?? this.#channels.stderr.open();
  }

  /** Reads the pipes of a new instance; it owns their descriptors from now on. */
  attach({ pid, stdoutFd, stderrFd }: Pipes): void {
    this.#generation++;
    this.#openPipes = 0;
    this.#settleDrained();
    this.#read('stdout', stdoutFd, pid);
    this.#read('stderr', stderrFd, pid);
  }

  /**
   * The instance has died: calls back, never synchronously, when its pipes are at their end and what they brought has
   * been passed on, or after `drainMs`. Pipes that a grandchild holds open are read further: it must not get EPIPE.
   */
  drained(callback: () => void): void {
    if (this.#openPipes === 0) return void setImmediate(callback);
    const timer = setTimeout(() => this.#settleDrained(), this.#plan.drainMs);
    this.#whenDrained = () => {
      clearTimeout(timer);
      callback();
    };
  }

  /** Whether it has written what a destination keeps from being read. */
  get isBehind(): boolean {
    return this.#channels.stdout.isBehind || this.#channels.stderr.isBehind;
  }

  /** Whether a stream needs no pipe: nobody wants what it brings. */
  isDiscarded(stream: 'stdout' | 'stderr'): boolean {
    return this.#channels[stream].isDiscarded;
  }

  /** The last bytes of a stream, and the offsets to follow it. */
  tail(stream: 'stdout' | 'stderr'): MemoryTail {
    return this.#channels[stream].tail;
  }

  /** Reopens the log files by their paths (SIGUSR2). */
  reopen(): void {
    this.#channels.stdout.reopen();
    this.#channels.stderr.reopen();
  }

  /** Deletes and recreates the log files and forgets the tails. Returns the errno name of the first failure. */
  clear(): string | undefined {
    const stdout = this.#channels.stdout.clear();
    const stderr = this.#channels.stderr.clear();
    return stdout ?? stderr;
  }

  /** Lets go of the log files, each as soon as the pipes that bring it bytes have ended. */
  close(): void {
    this.#channels.stdout.close();
    this.#channels.stderr.close();
  }

  #read(stream: 'stdout' | 'stderr', fd: number | undefined, pid: number): void {
    if (fd === undefined) return;
    const generation = this.#generation;
    this.#openPipes++;
    const { program, process } = this.#plan;
    const origin = { program, process, stream, pid };
    this.#channels[stream].read({ fd, origin, onEnd: () => this.#ended(generation) });
  }

  #ended(generation: number): void {
    if (generation !== this.#generation) return;
    this.#openPipes--;
    if (this.#openPipes === 0) this.#settleDrained();
  }

  #settleDrained(): void {
    const settle = this.#whenDrained;
    this.#whenDrained = undefined;
    settle?.();
  }
}
