import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type LogPlace } from './control.ts';
import { Fault } from './fault.ts';
import { type ByteRange, readRange, tailRange, type Window } from './log-window.ts';
import { type XmlRpcValue } from './xml-rpc.ts';

/** A log at one moment. */
interface OpenLog extends Disposable {
  /** In bytes. */
  readonly size: number;
  read(range: ByteRange): Uint8Array;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Fills a buffer from a file; shorter when the file has become shorter. */
export function readAt(fd: number, { from, to }: ByteRange): Uint8Array {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  let done = 0;
  for (let count = -1; count !== 0 && done < buffer.length; done += count)
    count = readSync(fd, buffer, done, buffer.length - done, from + done);
  return buffer.subarray(0, done);
}

// O_NONBLOCK: a FIFO in place of the log must not hold us until somebody writes to it.
function openFile(path: string): OpenLog {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  return {
    size: fstatSync(fd).size,
    read: (range) => readAt(fd, range),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

function openLog(place: Exclude<LogPlace, { kind: 'none' }>): OpenLog {
  if (place.kind === 'file') return openFile(place.path);
  const { bytes } = place;
  return {
    size: bytes.size,
    read: ({ from, to }) => bytes.read(from, to),
    [Symbol.dispose]: () => undefined,
  };
}

/** What is no UTF-8 becomes U+FFFD: supervisord answers HTTP 500 for it. */
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

/**
 * A part of a log, as read*Log answers.
 *
 * @throws Fault NO_FILE, BAD_ARGUMENTS, FAILED
 */
export function readLog(place: LogPlace, window: Window): string {
  if (place.kind === 'none') throw new Fault('NO_FILE');
  try {
    using log = openLog(place);
    return textOf(log.read(readRange(window, log.size)));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw codeOf(error) === 'ENOENT' ? new Fault('NO_FILE', place.path) : new Fault('FAILED');
  }
}

/** The end of a log, as tail*Log answers: `[text, size, overflow]`. Nothing there is an empty log. */
export function tailLog(place: LogPlace, window: Window): XmlRpcValue {
  if (place.kind === 'none') return ['', 0, false];
  try {
    using log = openLog(place);
    const { overflow, ...range } = tailRange(window, log.size);
    return [textOf(log.read(range)), log.size, overflow];
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return ['', codeOf(error) === 'ENOENT' ? 0 : window.offset, false];
  }
}
