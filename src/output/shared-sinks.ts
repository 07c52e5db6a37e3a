import { type OpenDestination, streamDestination } from './destination.ts';
import { RotatingFile } from './file-sink.ts';
import { Compressor } from './rotate-compressor.ts';
import { type Report } from './sink.ts';
import { StreamSink } from './stream-sink.ts';
import { type StreamPlace } from './stream-target.ts';

interface Shared<S> {
  readonly sink: S;
  users: number;
}

/** Options of a log file. */
export interface LogFile {
  readonly path: string;
  readonly maxBytes: number;
  readonly backupCount: number;
  /** Default: Infinity, never. */
  readonly maxAgeMs?: number;
  /** Whether rotated files are compressed. Default: they are not. */
  readonly isCompressed?: boolean;
}

/**
 * The sinks that are opened by path or descriptor: one for each, however many streams write to it. Of two streams
 * with different limits for one file, the first decides.
 */
export class SharedSinks {
  readonly #report: Report;
  readonly #growPipe: (fd: number) => void;
  readonly #compressor: Compressor;
  readonly #files = new Map<string, Shared<RotatingFile>>();
  readonly #streams = new Map<string, StreamSink>();

  constructor(options: { readonly report: Report; readonly growPipe: (fd: number) => void }) {
    this.#report = options.report;
    this.#growPipe = options.growPipe;
    this.#compressor = new Compressor(options.report);
  }

  /**
   * A log file; it is closed when the last user has released it. A full disk keeps no program from its start: the file
   * is made when there is room.
   */
  file(file: LogFile): OpenDestination {
    const shared = this.#files.get(file.path) ?? {
      sink: this.#openFile(file),
      users: 0,
    };
    this.#files.set(file.path, shared);
    shared.users++;
    return {
      sink: shared.sink,
      format: undefined,
      open: () => unless(fullDisk, shared.sink.open()),
      clear: () => shared.sink.clear(),
      release: () => this.#release(file.path, shared),
    };
  }

  /**
   * A device, a FIFO or an inherited descriptor. It stays open. A FIFO that nobody reads yet (ENXIO, fifo(7)) keeps no
   * program from its start: it is opened when there is a reader.
   */
  stream(place: StreamPlace, name: string): OpenDestination {
    const sink = this.#streams.get(name) ?? this.#openStream(place, name);
    return { ...streamDestination(sink, 'raw'), open: () => unless(noReader, sink.open()) };
  }

  /** Every stream that may have bytes queued. */
  streams(): Iterable<StreamSink> {
    return this.#streams.values();
  }

  /** Reopens all by path. */
  reopenAll(): void {
    for (const { sink } of this.#files.values()) sink.reopen();
    for (const sink of this.#streams.values()) sink.reopen();
  }

  #openFile(file: LogFile): RotatingFile {
    const compressor = file.isCompressed === true ? this.#compressor : undefined;
    return new RotatingFile({ ...file, compressor, report: this.#report });
  }

  #openStream(place: StreamPlace, name: string): StreamSink {
    const sink = new StreamSink({ place, name, report: this.#report, growPipe: this.#growPipe });
    this.#streams.set(name, sink);
    return sink;
  }

  #release(path: string, shared: Shared<RotatingFile>): void {
    shared.users--;
    if (shared.users > 0) return;
    shared.sink.close();
    this.#files.delete(path);
  }
}

const noReader: ReadonlySet<string> = new Set(['ENXIO']);
const fullDisk: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** The errno name of an opening, but for those that pass by themselves. */
const unless = (passing: ReadonlySet<string>, code: string | undefined): string | undefined =>
  code === undefined || passing.has(code) ? undefined : code;
