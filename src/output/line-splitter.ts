import { type LineFormat, type Part, type Region } from './line-part.ts';
import { wholeCharacters } from './utf8.ts';

const newline = 10;

/**
 * Hands the whole lines of a region to a format; of lines longer than the format wants, pieces.
 *
 * @returns the offset up to which the region has been taken; the rest is unfinished or waits for the sink
 */
export function splitLines(region: Region, format: LineFormat): number {
  let at = region.start;
  while (at < region.end) {
    const part = nextPart(region, at, format.maxPartBytes);
    if (part === undefined) return at;
    at = format.write(part);
    if (at < part.end) return at;
  }
  return at;
}

function nextPart(region: Region, start: number, maxBytes: number): Part | undefined {
  const { bytes, view } = region;
  const limit = Math.min(region.end, start + maxBytes + 1);
  const after = bytes.subarray(start, limit).lastIndexOf(newline) + 1;
  if (after > 0) return { bytes, view, start, end: start + after, kind: 'lines' };
  if (limit - start <= maxBytes) return undefined;
  return { bytes, view, start, end: wholeCharacters(bytes, start, start + maxBytes), kind: 'piece' };
}
