import { Capture } from './capture.ts';
import { type ChannelPlan } from './channel-plan.ts';
import { DirectFlow, nowhere } from './direct-flow.ts';
import { type Flow } from './flow.ts';
import { type LineOrigin } from './format-json.ts';
import { MemoryTail } from './memory-tail.ts';
import { type OutputPlane } from './output-plane.ts';
import { type OpenDestination } from './destination.ts';
import { PipeReader, type PipeReaderOptions } from './pipe-reader.ts';
import { AnsiStripper } from './strip-ansi.ts';

const nothing = new Uint8Array(0);

type Filters = Pick<PipeReaderOptions, 'filter' | 'filterEnd'>;

/** One stream, stdout or stderr, of a process, over all its instances. */
export class Channel {
  readonly tail: MemoryTail;
  readonly #plan: ChannelPlan;
  readonly #plane: OutputPlane;
  readonly #name: string;
  #destination: OpenDestination | undefined;
  #readers = 0;
  #isClosed = false;

  /** `name`: the name shown in prefixes. */
  constructor(options: { readonly plan: ChannelPlan; readonly plane: OutputPlane; readonly name: string }) {
    this.#plan = options.plan;
    this.#plane = options.plane;
    this.#name = options.name;
    this.tail = new MemoryTail(options.plan.tailBytes);
  }

  /** Opens the log file, anew if it was open. Returns the errno name when it cannot be opened. */
  open(): string | undefined {
    this.#isClosed = false;
    this.#destination ??= this.#plane.acquire(this.#plan.destination);
    return this.#destination.open();
  }

  /** Reads a pipe until its end, then calls `onEnd`. */
  read(options: { readonly fd: number; readonly origin: LineOrigin; readonly onEnd: () => void }): void {
    this.#destination ??= this.#plane.acquire(this.#plan.destination);
    this.#readers++;
    void new PipeReader({
      fd: options.fd,
      flow: this.#flow(this.#destination, options.origin),
      space: this.#plane.readSpace,
      growPipe: this.#plane.growPipe,
      ...this.#filters(options.origin.pid),
      onEnd: () => this.#ended(options.onEnd),
    });
  }

  /** Reopens the log file by its path. */
  reopen(): void {
    this.#destination?.sink?.reopen();
  }

  /** Forgets what has been written: the file's content and the tail. Returns the errno name when it cannot. */
  clear(): string | undefined {
    this.tail.clear();
    return this.#destination?.clear();
  }

  /** Lets go of the file, as soon as the last pipe has ended. */
  close(): void {
    this.#isClosed = true;
    if (this.#readers > 0) return;
    this.#destination?.release();
    this.#destination = undefined;
  }

  #ended(onEnd: () => void): void {
    this.#readers--;
    if (this.#isClosed) this.close();
    onEnd();
  }

  #flow(destination: OpenDestination, origin: LineOrigin): Flow {
    const { sink, format } = destination;
    if (sink === undefined) return nowhere;
    if (format === undefined) return new DirectFlow(sink);
    return this.#plane.lineFlow({ sink, format, origin, name: this.#name });
  }

  /** What has been read passes, in this order: strip_ansi; capture mode; those who look on; the tail in memory. */
  #filters(pid: number): Filters {
    const { stripAnsi, observe } = this.#plan;
    const stripper = stripAnsi ? new AnsiStripper() : undefined;
    const capture = this.#capture(pid);
    const keep = (text: Uint8Array): Uint8Array => {
      this.tail.append(text);
      return text;
    };
    return {
      filter: (chunk) => {
        const text = stripper?.strip(chunk) ?? chunk;
        if (capture !== undefined) return keep(capture.filter(text));
        observe?.(text, pid);
        return keep(text);
      },
      filterEnd: () => keep(capture?.end() ?? nothing),
    };
  }

  #capture(pid: number): Capture | undefined {
    const { captureMaxBytes, captured, observe } = this.#plan;
    if (captureMaxBytes === 0) return undefined;
    return new Capture({
      maxBytes: captureMaxBytes,
      emit: (text) => captured?.(text, pid),
      observe: (text) => observe?.(text, pid),
    });
  }
}
