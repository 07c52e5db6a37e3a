import { maxLineBytes, type Region } from './line-part.ts';
import { type Begins } from './multiline.ts';
import { wholeCharacters } from './utf8.ts';

const newline = 10;

/** How messages are looked for. */
export interface MessageSearch {
  readonly begins: Begins;
  /** How many bytes at the start of the region are known to hold no second message. */
  readonly judgedBytes: number;
  /** Nothing comes after the region: its last line is whole, and its last message too. */
  readonly isLast: boolean;
}

/** What a region holds. */
export interface FoundMessages {
  /** Where the whole messages end, one after the other. */
  readonly ends: readonly number[];
  /** Where the beginning of a line ends that is too long to be waited for; it follows the messages. */
  readonly pieceEnd: number | undefined;
  /** Of what is left, how many bytes are known to hold no second message. */
  readonly judgedBytes: number;
}

type Found = { readonly kind: 'message' | 'piece' | 'open'; readonly end: number };

/**
 * Finds the messages of a region. One of more than 64 KB is cut between two lines; a line of more than 64 KB is cut
 * into pieces. Where it cuts depends on the bytes alone, not on how they were read.
 */
export function findMessages(region: Region, search: MessageSearch): FoundMessages {
  const ends: number[] = [];
  let { start } = region;
  let from = start + search.judgedBytes;
  while (start < region.end) {
    const { kind, end } = findOne({ ...region, start }, from, search);
    if (kind === 'piece') return { ends, pieceEnd: end, judgedBytes: 0 };
    if (kind === 'open') return { ends, pieceEnd: undefined, judgedBytes: end - start };
    ends.push(end);
    start = end;
    from = end;
  }
  return { ends, pieceEnd: undefined, judgedBytes: 0 };
}

/** Looks from the line at `from` on for the end of the first message. `open`: where the line begins that decides. */
function findOne(region: Region, from: number, { begins, isLast }: MessageSearch): Found {
  const { bytes, start, end } = region;
  const limit = Math.min(end, start + maxLineBytes + 1);
  let line = from;
  for (let at = lineEnd(bytes, line, limit); at >= 0; at = lineEnd(bytes, line, limit)) {
    if (line > start && begins(bytes, line, at)) return { kind: 'message', end: line };
    line = at + 1;
  }
  if (limit - start > maxLineBytes) return cut(region, line);
  if (!isLast) return { kind: 'open', end: line };
  const isSecond = line > start && line < end && begins(bytes, line, end);
  return { kind: 'message', end: isSecond ? line : end };
}

/** The offset of the next newline; -1: there is none before the limit. */
function lineEnd(bytes: Buffer, from: number, limit: number): number {
  const at = from < limit ? bytes.indexOf(newline, from) : -1;
  return at < limit ? at : -1;
}

function cut({ bytes, start }: Region, lines: number): Found {
  if (lines > start) return { kind: 'message', end: lines };
  return { kind: 'piece', end: wholeCharacters(bytes, start, start + maxLineBytes) };
}
