import { isUtf8 } from 'node:buffer';
import { append, flushBytes, type FormatSpace } from './format-space.ts';
import { isJsonObject } from './json-object.ts';
import { appendJsonText, type Text } from './json-text.ts';
import { maxLineBytes, type LineFormat, type Part } from './line-part.ts';
import { type LineSink } from './sink.ts';

/** Whose line it is. */
export interface LineOrigin {
  readonly program: string;
  readonly process: string;
  readonly stream: 'stdout' | 'stderr';
  readonly pid: number;
}

/** What a JSON format needs. */
export interface JsonOptions {
  readonly sink: LineSink;
  readonly space: FormatSpace;
  readonly origin: LineOrigin;
  /** The wall clock as ISO text in UTC with milliseconds: 24 bytes. */
  readonly time: () => Uint8Array;
}

type TextPart = Part & Text;

/** Where the time stands in the beginning of an object: 24 bytes. */
export const timeOffset = '{"time":"'.length;
/** The end of an object whose message is text. */
export const afterText = Buffer.from('"}\n');
const afterPiece = Buffer.from('","partial":true}\n');
/** The end of an object whose message is an object. */
export const afterObject = Buffer.from('}\n');
const newline = 10;
const quote = 0x22;
const openBrace = 0x7b;

/**
 * One object a line: `{time, program, process, stream, pid, message}`. A line that is itself a JSON object is the
 * message as it is. A piece of a line that goes on has `"partial":true`; the next object continues it.
 */
export function jsonFormat({ sink, space, origin, time }: JsonOptions): LineFormat {
  const head = jsonHead(origin);
  return {
    maxPartBytes: maxLineBytes,
    write: (part) => {
      sink.beginLine();
      head.set(time(), timeOffset);
      const text = { ...part, isUtf8: isUtf8(part.bytes.subarray(part.start, part.end)) };
      let at = part.start;
      do {
        at = fill(text, at, space, head);
        sink.write(space.take());
      } while (at < part.end && !sink.isFull);
      return at;
    },
  };
}

/** The beginning of each object, with room for the time. */
export function jsonHead({ program, process, stream, pid }: LineOrigin): Uint8Array {
  const fields = JSON.stringify({ program, process, stream, pid });
  return Buffer.from(`{"time":"${' '.repeat(24)}",${fields.slice(1, -1)},"message":`);
}

/** Formats lines from `start` until the part or the space is used up. Returns where it stopped. */
function fill(part: TextPart, start: number, space: FormatSpace, head: Uint8Array): number {
  let at = start;
  while (at < part.end && space.used < flushBytes) {
    append(space, head);
    at = part.bytes[at] === openBrace ? appendMessage(part, at, space) : appendString(part, at, space);
  }
  return at;
}

function appendString(part: TextPart, start: number, space: FormatSpace): number {
  space.bytes[space.used++] = quote;
  const end = appendJsonText(part, { start, end: part.end }, space);
  append(space, part.kind === 'piece' ? afterPiece : afterText);
  return end === part.end ? end : end + 1;
}

function appendMessage(part: TextPart, start: number, space: FormatSpace): number {
  const found = part.bytes.subarray(start, part.end).indexOf(newline);
  const end = found < 0 ? part.end : start + found;
  if (part.kind === 'piece' || !isObject(part, start, end)) return appendString(part, start, space);
  append(space, part.bytes.subarray(start, end));
  append(space, afterObject);
  return found < 0 ? end : end + 1;
}

/**
 * Whether a stretch is a JSON object. One line with invalid UTF-8 makes the whole text suspect; its other lines are
 * looked at one by one.
 */
export function isObject(text: Text, start: number, end: number): boolean {
  return (text.isUtf8 || isUtf8(text.bytes.subarray(start, end))) && isJsonObject(text, start, end);
}
