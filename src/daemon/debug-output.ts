import { type ActivityLog } from '../activity/activity-log.ts';
import { textOf } from '../core/event-wire.ts';
import { type Flow } from '../output/flow.ts';
import { type LineSink } from '../output/sink.ts';

/** What shows the output of programs in the activity log. */
export interface DebugOutputOptions {
  readonly activity: ActivityLog;
  /** Where the activity log may have to wait for a reader; the program waits with it. */
  readonly sinks: readonly LineSink[];
  /** The name of the process, alone. */
  readonly name: string;
  readonly stream: 'stdout' | 'stderr';
}

/**
 * One stream on its way to the activity log, as `loglevel=debug` shows it: a message for each read (Supervisor 4.2.5,
 * dispatchers.py, POutputDispatcher).
 */
export class DebugOutput implements Flow {
  readonly #options: DebugOutputOptions;

  constructor(options: DebugOutputOptions) {
    this.#options = options;
  }

  feed(chunk: Uint8Array): boolean {
    const { activity, name, stream } = this.#options;
    if (chunk.length > 0) activity.debug(`'${name}' ${stream} output:\n${textOf(chunk)}`);
    return this.#fullSink === undefined;
  }

  join(stop: () => void): () => void {
    const leaves = this.#options.sinks.map((sink) => sink.addProducer(stop));
    return () => {
      for (const leave of leaves) leave();
    };
  }

  whenReady(callback: () => void): void {
    if (this.#fullSink === undefined) setImmediate(callback);
    else this.#fullSink.whenReady(callback);
  }

  pause(): void {
    // Holds nothing.
  }

  resume(): boolean {
    return this.#fullSink === undefined;
  }

  end(): boolean {
    return true;
  }

  get #fullSink(): LineSink | undefined {
    return this.#options.sinks.find(({ isFull }) => isFull);
  }
}
