import { type FormatSpace, flushBytes } from './format-space.ts';
import { type Messages } from './multiline.ts';
import { type LineSink } from './sink.ts';

/** Where formatted messages go, through which space. */
export interface MessageOutlet {
  readonly sink: LineSink;
  readonly space: FormatSpace;
}

/**
 * Writes messages one after the other, many at once, until the sink is full. `append` puts the message between two offsets
 * into the space. Returns the offset up to which they have been taken.
 */
export function writeMessages(
  { sink, space }: MessageOutlet,
  { start, ends }: Messages,
  append: (start: number, end: number) => void,
): number {
  sink.beginLine();
  let at = start;
  for (const end of ends) {
    append(at, end);
    at = end;
    if (space.used < flushBytes) continue;
    sink.write(space.take());
    if (sink.isFull) return at;
  }
  sink.write(space.take());
  return at;
}
