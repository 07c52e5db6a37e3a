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
import { TeeFlow } from './tee-flow.ts';

const nothing = new Uint8Array(0);

type Filters = Pick<PipeReaderOptions, 'filter' | 'filterEnd'>;

/** The pipe of one instance. */
interface Pipe {
  readonly fd: number;
  readonly origin: LineOrigin;
  readonly onEnd: () => void;
}

/** One stream, stdout or stderr, of a process, over all its instances. */
export class Channel {
  readonly tail: MemoryTail;
  readonly #plan: ChannelPlan;
  readonly #plane: OutputPlane;
  readonly #name: string;
  #opened: readonly OpenDestination[] | undefined;
  #readers = 0;
  /** Pipes that are not read yet: what older ones hold comes first. */
  readonly #queue: Pipe[] = [];
  #newest: PipeReader | undefined;
  #isClosed = false;

  /** `name`: the name shown in prefixes. */
  constructor(options: { readonly plan: ChannelPlan; readonly plane: OutputPlane; readonly name: string }) {
    this.#plan = options.plan;
    this.#plane = options.plane;
    this.#name = options.name;
    this.tail = new MemoryTail(options.plan.tailBytes);
  }

  /** Whether all that is written to it is thrown away, unseen. */
  get isDiscarded(): boolean {
    const { destinations, alsoTo, captureMaxBytes, observe, tailBytes } = this.#plan;
    const isSeen = alsoTo !== undefined || captureMaxBytes > 0 || observe !== undefined || tailBytes > 0;
    return !isSeen && destinations.every(({ kind }) => kind === 'none');
  }

  /** Opens the log files, anew if they were open. Returns the errno name when one cannot be opened. */
  open(): string | undefined {
    this.#isClosed = false;
    const codes = this.#acquire().map((destination) => destination.open());
    return codes.find((code) => code !== undefined);
  }

  /** Whether there are bytes that a destination keeps from being read. */
  get isBehind(): boolean {
    return this.#queue.length > 0 || this.#newest?.isBlocked === true;
  }

  /**
   * Reads a pipe until its end, then calls `onEnd`. It begins when what is in the pipe before has been passed on: what
   * an instance wrote comes before what the next one writes, also when the destination is slow.
   */
  read(pipe: Pipe): void {
    this.#readers++;
    this.#queue.push(pipe);
    if (this.#queue.length === 1) this.#awaitTurn();
  }

  /** Reopens the log files by their paths. */
  reopen(): void {
    for (const { sink } of this.#opened ?? []) sink?.reopen();
  }

  /** Forgets what has been written: the file's content and the tail. Returns the errno name when it cannot. */
  clear(): string | undefined {
    this.tail.clear();
    const codes = (this.#opened ?? []).map((destination) => destination.clear());
    return codes.find((code) => code !== undefined);
  }

  /** Lets go of the file, as soon as the last pipe has ended; those who follow the tail are told at once. */
  close(): void {
    if (!this.#isClosed) this.tail.close();
    this.#isClosed = true;
    if (this.#readers > 0) return;
    for (const destination of this.#opened ?? []) destination.release();
    this.#opened = undefined;
  }

  #awaitTurn(): void {
    if (this.#newest === undefined) return this.#readNext();
    this.#newest.whenCaughtUp(() => this.#readNext());
  }

  #readNext(): void {
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#newest = this.#reader(next);
    if (this.#queue.length > 0) this.#awaitTurn();
  }

  #reader({ fd, origin, onEnd }: Pipe): PipeReader {
    return new PipeReader({
      fd,
      flow: this.#flow(origin),
      space: this.#plane.readSpace,
      growPipe: this.#plane.growPipe,
      ...this.#filters(origin.pid),
      onEnd: () => this.#ended(onEnd),
    });
  }

  #ended(onEnd: () => void): void {
    this.#readers--;
    if (this.#isClosed) this.close();
    onEnd();
  }

  #acquire(): readonly OpenDestination[] {
    this.#opened ??= this.#plan.destinations.map((destination) => this.#plane.acquire(destination));
    return this.#opened;
  }

  #flow(origin: LineOrigin): Flow {
    const others = this.#plan.alsoTo?.(origin) ?? [];
    const flows = [...this.#acquire().map((destination) => this.#flowTo(destination, origin)), ...others];
    const [only = nowhere] = flows;
    return flows.length > 1 ? new TeeFlow(flows) : only;
  }

  #flowTo(destination: OpenDestination, origin: LineOrigin): Flow {
    if (destination.sink === undefined) return nowhere;
    if (destination.format === undefined) return new DirectFlow(destination.sink);
    const { sink, format, multiline } = destination;
    return this.#plane.lineFlow({ sink, format, multiline, origin, name: this.#name });
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
