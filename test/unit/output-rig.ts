import { type LineSink } from '../../src/output/sink.ts';
import { type Flow } from '../../src/output/flow.ts';
import { type HoldClock, type Holder } from '../../src/output/hold-clock.ts';
import { HoldClock as RealHoldClock } from '../../src/output/hold-clock.ts';
import { FormatSpace } from '../../src/output/format-space.ts';
import { jsonFormat } from '../../src/output/format-json.ts';
import { prefixFormat } from '../../src/output/format-prefix.ts';
import { rawFormat } from '../../src/output/format-raw.ts';
import { LineFlow } from '../../src/output/line-flow.ts';
import { type LineFormat } from '../../src/output/line-part.ts';
import { beginsOf, type MessageFormat, type Multiline } from '../../src/output/multiline.ts';
import { MessageFlow } from '../../src/output/multiline-flow.ts';
import { jsonMessages } from '../../src/output/multiline-json.ts';
import { prefixMessages } from '../../src/output/multiline-prefix.ts';
import { ReadSpace } from '../../src/output/read-space.ts';

export type FormatName = 'raw' | 'prefix' | 'json';

/** A sink in memory. It is full when more than `roomBytes` have been written since the last `drain`. */
export class MemorySink implements LineSink {
  readonly name = 'memory';
  readonly chunks: Buffer[] = [];
  readonly roomBytes: number;
  #pendingBytes = 0;
  #waiting: (() => void)[] = [];
  #lastByte = 10;

  constructor(roomBytes = Infinity) {
    this.roomBytes = roomBytes;
  }

  get isFull(): boolean {
    return this.#pendingBytes >= this.roomBytes;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }

  write(chunk: Uint8Array): boolean {
    this.chunks.push(Buffer.from(chunk));
    this.#pendingBytes += chunk.length;
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
    return !this.isFull;
  }

  beginLine(): void {
    if (this.#lastByte !== 10) this.write(Uint8Array.of(10));
  }

  whenReady(callback: () => void): void {
    this.#waiting.push(callback);
  }

  addProducer(): () => void {
    return () => undefined;
  }

  /** Makes room and lets those who wait go on. */
  drain(): void {
    this.#pendingBytes = 0;
    for (const callback of this.#waiting.splice(0)) callback();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  reopen(): void {}

  close(): void {}
}

const time = () => Buffer.from('2026-01-02T03:04:05.678Z');
const readSpace = new ReadSpace();
const formatSpace = new FormatSpace();

/** One stream to a memory sink, as the pipe reader drives it. */
export class FlowRig {
  readonly sink: MemorySink;
  readonly flow: Flow & Holder;

  constructor(
    format: FormatName,
    options: {
      roomBytes?: number;
      clock?: HoldClock;
      sink?: MemorySink;
      name?: string;
      multiline?: Multiline;
    } = {},
  ) {
    this.sink = options.sink ?? new MemorySink(options.roomBytes);
    const name = options.name ?? 'web';
    const lines = {
      sink: this.sink,
      format: formatNamed(format, this.sink, name),
      space: readSpace,
      clock: options.clock ?? new RealHoldClock(),
    };
    const begins = beginsOf(options.multiline ?? { kind: 'none' });
    this.flow =
      begins === undefined
        ? new LineFlow(lines)
        : new MessageFlow({ ...lines, begins, messages: messagesNamed(format, this.sink, name) });
  }

  /** Reads one chunk as a pipe does: into the read area. What is longer comes as filters pass it on. */
  read(chunk: string | Uint8Array): this {
    const bytes = Buffer.from(chunk);
    const { readArea } = readSpace;
    const isRead = bytes.length <= readArea.length;
    if (isRead) readArea.set(bytes);
    if (!this.flow.feed(isRead ? readArea.subarray(0, bytes.length) : bytes)) this.#wait();
    return this;
  }

  end(): this {
    let isOver = this.flow.end();
    while (!isOver) {
      this.sink.drain();
      this.flow.resume();
      isOver = this.flow.end();
    }
    return this;
  }

  #wait(): void {
    this.sink.drain();
    while (!this.flow.resume()) this.sink.drain();
  }
}

function formatNamed(format: FormatName, sink: LineSink, name: string): LineFormat {
  if (format === 'raw') return rawFormat(sink);
  if (format === 'prefix')
    return prefixFormat({ sink, space: formatSpace, prefix: () => Buffer.from(`${name} | `) });
  const origin = { program: name, process: name, stream: 'stdout', pid: 7 } as const;
  return jsonFormat({ sink, space: formatSpace, origin, time });
}

function messagesNamed(format: FormatName, sink: LineSink, name: string): MessageFormat {
  if (format === 'prefix')
    return prefixMessages({ sink, space: formatSpace, prefix: () => Buffer.from(`${name} | `) });
  const origin = { program: name, process: name, stream: 'stdout', pid: 7 } as const;
  return jsonMessages({ sink, space: formatSpace, origin, time });
}

/** What a program has written, by the output in a format: the inverse of formatting. */
export function written(format: FormatName, output: Buffer, name = 'web'): string {
  if (format === 'raw') return output.toString();
  const lines = output.toString().split('\n').slice(0, -1);
  if (format === 'prefix') return lines.map((line) => `${line.slice(`${name} | `.length)}\n`).join('');
  return lines.map(unwrap).join('');
}

function unwrap(line: string): string {
  const { message, partial }: { message: unknown; partial?: boolean } = JSON.parse(line);
  const text = typeof message === 'string' ? message : objectText(line);
  return partial === true ? text : `${text}\n`;
}

/** An object stands in the line as the program wrote it, blanks and all. It is never partial. */
const objectText = (line: string): string =>
  line.slice(line.indexOf('"message":') + '"message":'.length, line.lastIndexOf('}'));
