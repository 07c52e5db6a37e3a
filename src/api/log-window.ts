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

/** One answer carries at most this much of logs: it is held in memory three times on its way out. */
export const maxAnswerBytes = 16 * 2 ** 20;

/** The same, for the help of methods. */
export const mostRead = 'Of more than 16 MB the first 16 MB are read, with a negative offset the last.';

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

/**
 * The bytes that tail*Log answers with: the last `length` ones, unless the client is close behind. When that is more than
 * an answer carries, the last of them: the client goes on from the end.
 */
export function tailRange({ offset, length }: Window, size: number): TailWindow {
  const overflow = size > offset + length;
  let from = overflow ? size - 1 : offset;
  let count = length;
  if (from + count > size) {
    if (from > size - 1) count = 0;
    from = size - count;
  }
  from = Math.max(0, from);
  const to = Math.min(from + Math.max(0, count), size);
  const first = Math.max(from, to - maxAnswerBytes);
  return { from: first, to, overflow: overflow || first > from };
}
