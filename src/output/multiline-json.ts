import { isUtf8 } from 'node:buffer';
import { afterObject, afterText, isObject, jsonHead, type JsonOptions, timeOffset } from './format-json.ts';
import { append, type FormatSpace } from './format-space.ts';
import { appendJsonText, type Text } from './json-text.ts';
import { type MessageFormat } from './multiline.ts';
import { writeMessages } from './multiline-write.ts';

const escapedNewline = Buffer.from('\\n');
const newline = 10;
const quote = 0x22;
const openBrace = 0x7b;

/** A stretch of text. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** One object a message: its lines are joined by newlines, without the last one. Otherwise as `jsonFormat`. */
export function jsonMessages({ sink, space, origin, time }: JsonOptions): MessageFormat {
  const head = jsonHead(origin);
  return {
    write: (messages) => {
      const { bytes, view, start, ends } = messages;
      head.set(time(), timeOffset);
      const text = { bytes, view, isUtf8: isUtf8(bytes.subarray(start, ends.at(-1))) };
      return writeMessages({ sink, space }, messages, (from, to) => {
        append(space, head);
        appendMessage(text, { start: from, end: bytes[to - 1] === newline ? to - 1 : to }, space);
      });
    },
  };
}

function appendMessage(text: Text, message: Stretch, space: FormatSpace): void {
  const { start, end } = message;
  if (text.bytes[start] !== openBrace || !isOneObject(text, message))
    return appendLines(text, message, space);
  append(space, text.bytes.subarray(start, end));
  append(space, afterObject);
}

/** An object of several lines would be no line of the log. */
function isOneObject(text: Text, { start, end }: Stretch): boolean {
  return !text.bytes.subarray(start, end).includes(newline) && isObject(text, start, end);
}

function appendLines(text: Text, { start, end }: Stretch, space: FormatSpace): void {
  space.bytes[space.used++] = quote;
  for (let at = start; (at = appendJsonText(text, { start: at, end }, space)) < end; at++)
    append(space, escapedNewline);
  append(space, afterText);
}
