import { fstatSync } from 'node:fs';
import { type Destination, type OutputFormat } from './channel-plan.ts';
import { noDestination, type OpenDestination, streamDestination } from './destination.ts';
import { type Flow } from './flow.ts';
import { jsonFormat, type JsonOptions, type LineOrigin } from './format-json.ts';
import { prefixFormat, type PrefixOptions } from './format-prefix.ts';
import { rawFormat } from './format-raw.ts';
import { FormatSpace } from './format-space.ts';
import { HoldClock } from './hold-clock.ts';
import { LineFlow } from './line-flow.ts';
import { type LineFormat } from './line-part.ts';
import { lookAtLogPath } from './log-place.ts';
import { beginsOf, type MessageFormat, type Multiline } from './multiline.ts';
import { MessageFlow } from './multiline-flow.ts';
import { jsonMessages } from './multiline-json.ts';
import { prefixMessages } from './multiline-prefix.ts';
import { inheritedDescriptors } from './own-descriptors.ts';
import { Prefixes } from './prefixes.ts';
import { ReadSpace } from './read-space.ts';
import { SharedSinks } from './shared-sinks.ts';
import { type LineSink, type Report } from './sink.ts';
import { StreamSink } from './stream-sink.ts';
import { type StreamPlace } from './stream-target.ts';
import { isoTime } from './time-text.ts';

const firstOrdinaryFd = 3;

/** What the plane is made of. */
export interface OutputPlaneOptions {
  readonly report: Report;
  /** Makes the pipe behind a descriptor larger (F_SETPIPE_SZ, fcntl(2)); it may fail silently. */
  readonly growPipe: (fd: number) => void;
  /** Whether names are coloured on a terminal ($NO_COLOR). Default: true. */
  readonly mayColour?: boolean;
  /** The container's descriptors. Default: 1 and 2. */
  readonly stdoutFd?: number;
  readonly stderrFd?: number;
}

/** What one stream of a process needs to write lines to a shared stream. */
export interface LineRoute {
  readonly sink: LineSink;
  readonly format: OutputFormat;
  /** Which lines belong together; raw lines never do. Default: none. */
  readonly multiline?: Multiline | undefined;
  readonly origin: LineOrigin;
  /** The name shown in prefixes. */
  readonly name: string;
}

/**
 * What all output has in common: the container's streams, the log files, the buffers, the clock of held lines. Made
 * before anything is opened.
 */
export class OutputPlane {
  readonly stdout: StreamSink;
  /** The same sink as `stdout` where both are one pipe, file or terminal: their lines must not mix either. */
  readonly stderr: StreamSink;
  readonly readSpace = new ReadSpace();
  readonly growPipe: (fd: number) => void;
  readonly #formatSpace = new FormatSpace();
  readonly #clock = new HoldClock();
  readonly #prefixes = new Prefixes();
  readonly #time = isoTime();
  readonly #shared: SharedSinks;
  readonly #mayColour: boolean;
  /** Those from 3 up; what we open ourselves comes later. */
  readonly #inherited = inheritedDescriptors();

  constructor(options: OutputPlaneOptions) {
    const { report, growPipe, stdoutFd = 1, stderrFd = 2 } = options;
    this.growPipe = growPipe;
    this.#mayColour = options.mayColour ?? true;
    this.#shared = new SharedSinks({ report, growPipe });
    this.stdout = new StreamSink({ place: { fd: stdoutFd }, name: 'stdout', report, growPipe });
    this.stderr = isSameFile(stdoutFd, stderrFd)
      ? this.stdout
      : new StreamSink({ place: { fd: stderrFd }, name: 'stderr', report, growPipe });
  }

  /** The names that prefixes are padded for: of all processes there are. */
  setNames(names: Iterable<string>): void {
    this.#prefixes.setNames(names);
  }

  /** Writes a line of our own, with its newline, to the container's stdout or stderr. */
  writeLine(stream: 'stdout' | 'stderr', line: string): void {
    this[stream].beginLine();
    this[stream].write(Buffer.from(line));
  }

  /** The sink of a destination. Nothing is opened yet; each call is to be released once. */
  acquire(destination: Destination): OpenDestination {
    if (destination.kind === 'none') return noDestination;
    if (destination.kind === 'file') return this.#acquireFile(destination);
    const { stream, format, multiline } = destination;
    return streamDestination(this[stream], format, multiline);
  }

  /** The way of one stream's lines to a shared stream. */
  lineFlow(route: LineRoute): Flow {
    const { sink, format, multiline } = route;
    const options = { sink, format: this.#format(route), space: this.readSpace, clock: this.#clock };
    const begins = multiline === undefined ? undefined : beginsOf(multiline);
    if (begins === undefined || format === 'raw') return new LineFlow(options);
    return new MessageFlow({ ...options, begins, messages: this.#messageFormat(route, format) });
  }

  /**
   * Lets go of all unfinished lines; resolves when everything is written, or cannot be, or after `deadlineMs`.
   */
  async flush(deadlineMs: number): Promise<void> {
    this.#clock.releaseAll();
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, deadlineMs);
    await Promise.race([Promise.all(this.#streams().map((sink) => sink.flush())), deadline.promise]);
    clearTimeout(timer);
  }

  /** What waits for readers of streams, and what has waited and is out, in bytes. */
  get backlog(): { readonly queuedBytes: number; readonly drainedBytes: number } {
    const sum = (bytesOf: (sink: StreamSink) => number): number =>
      this.#streams().reduce((bytes, sink) => bytes + bytesOf(sink), 0);
    return {
      queuedBytes: sum(({ queuedBytes }) => queuedBytes),
      drainedBytes: sum(({ drainedBytes }) => drainedBytes),
    };
  }

  #streams(): readonly StreamSink[] {
    return [...new Set([this.stdout, this.stderr]), ...this.#shared.streams()];
  }

  /** Reopens every log file by its path (SIGUSR2). */
  reopenAll(): void {
    this.#shared.reopenAll();
  }

  #acquireFile(file: Extract<Destination, { kind: 'file' }>): OpenDestination {
    const found = lookAtLogPath(file.path);
    if (found.kind === 'nowhere') return noDestination;
    if (found.kind === 'file') return this.#shared.file(file);
    if ('fd' in found.place && found.place.fd === 1) return streamDestination(this.stdout, 'raw');
    if ('fd' in found.place && found.place.fd === 2) return streamDestination(this.stderr, 'raw');
    return this.#shared.stream(this.#given(found.place), file.path);
  }

  /** A number by which nobody gave us a descriptor may be one of Node's own. */
  #given(place: StreamPlace): StreamPlace {
    if (!('fd' in place) || place.fd < firstOrdinaryFd || this.#inherited.has(place.fd)) return place;
    return { closedFd: place.fd };
  }

  #format(route: LineRoute): LineFormat {
    if (route.format === 'raw') return rawFormat(route.sink);
    if (route.format === 'json') return jsonFormat(this.#jsonOptions(route));
    return prefixFormat(this.#prefixOptions(route));
  }

  #messageFormat(route: LineRoute, format: 'prefix' | 'json'): MessageFormat {
    if (format === 'json') return jsonMessages(this.#jsonOptions(route));
    return prefixMessages(this.#prefixOptions(route));
  }

  #jsonOptions({ sink, origin }: LineRoute): JsonOptions {
    return { sink, space: this.#formatSpace, origin, time: this.#time };
  }

  #prefixOptions({ sink, name }: LineRoute): PrefixOptions {
    const prefix = this.#prefixes.prefixOf(name, this.#isColoured(sink));
    return { sink, space: this.#formatSpace, prefix };
  }

  #isColoured(sink: LineSink): boolean {
    return this.#mayColour && sink instanceof StreamSink && sink.isTerminal;
  }
}

function isSameFile(one: number, other: number): boolean {
  try {
    const [a, b] = [fstatSync(one), fstatSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    // A closed descriptor is nothing's equal; the sink reports it when it is used.
    return false;
  }
}
