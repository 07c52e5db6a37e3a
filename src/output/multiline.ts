import { type Region } from './line-part.ts';

/** Which lines of a stream belong to one message. */
export type Multiline =
  | { readonly kind: 'none' }
  /** A line that starts with a blank or a tab belongs to the line before it. */
  | { readonly kind: 'indented' }
  /** A message starts where the line matches. */
  | { readonly kind: 'start'; readonly pattern: RegExp };

/** Whether the line between two offsets, without its newline, begins a message. */
export type Begins = (bytes: Buffer, start: number, end: number) => boolean;

/** Whole messages that lie one after the other, from `start`; each ends at one of `ends`. */
export interface Messages extends Omit<Region, 'end'> {
  readonly ends: readonly number[];
}

/** What turns messages of several lines into what is read in the container's log. */
export interface MessageFormat {
  /** Writes messages. Returns the offset up to which they have been taken: the end of one of them. */
  write(messages: Messages): number;
}

const blank = 0x20;
const tab = 0x09;

/** How the beginning of a message is known; undefined: every line is one. */
export function beginsOf(multiline: Multiline): Begins | undefined {
  if (multiline.kind === 'none') return undefined;
  if (multiline.kind === 'indented') return isFlush;
  const { pattern } = multiline;
  return (bytes, start, end) => pattern.test(bytes.toString('utf8', start, end));
}

/** An empty line is not indented. */
function isFlush(bytes: Buffer, start: number, end: number): boolean {
  const first = start < end ? bytes[start] : undefined;
  return first !== blank && first !== tab;
}
