/**
 * Which bytes of a log a client asked for. Source: Supervisor's options.py, readFile and tailFile, value for value
 * (the oddities too: clients compute with them).
 */
import { Fault } from './fault.ts';

/** A part of a log, in bytes: from `from` up to `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** What a client asks for; both in bytes. */
export interface Window {
  readonly offset: number;
  readonly length: number;
}

/** One answer carries at most this much of a log: it is held in memory three times on its way out. */
const maxAnswerBytes = 16 * 2 ** 20;

/**
 * The bytes that read*Log answers with. A negative offset counts from the end, a length of 0 means up to the end.
 *
 * @throws Fault BAD_ARGUMENTS for a negative length, and for any length with a negative offset
 */
export function readRange({ offset, length }: Window, size: number): ByteRange {
  if (length < 0 || (offset < 0 && length !== 0)) throw new Fault('BAD_ARGUMENTS');
  if (offset < 0) {
    const kept = Math.min(-offset, size, maxAnswerBytes);
    return { from: size - kept, to: size };
  }
  const wanted = Math.min(length === 0 ? Infinity : length, maxAnswerBytes);
  return { from: Math.min(offset, size), to: Math.min(offset + wanted, size) };
}

/** What tail*Log answers with; `overflow`: the log has grown beyond what was asked for. */
export interface TailWindow extends ByteRange {
  readonly overflow: boolean;
}

/** The bytes that tail*Log answers with: the last `length` ones, unless the client is close behind. */
export function tailRange({ offset, length }: Window, size: number): TailWindow {
  const overflow = size > offset + length;
  let from = overflow ? size - 1 : offset;
  let count = length;
  if (from + count > size) {
    if (from > size - 1) count = 0;
    from = size - count;
  }
  from = Math.max(0, from);
  count = Math.min(Math.max(0, count), maxAnswerBytes);
  return { from, to: Math.min(from + count, size), overflow };
}
