/** The longest line that is waited for, and the longest text of a formatted line. */
export const maxLineBytes = 64 * 1024;

/** Bytes that lie one after the other: what was held of an unfinished line, and what has just been read. */
export interface Region {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/**
 * What a format is given: `lines` are whole and end in a newline each; a `piece` is the beginning or the middle of a
 * line that goes on; `last` is the end of a stream without its newline.
 */
export type PartKind = 'lines' | 'piece' | 'last';

/** A stretch of a region. */
export interface Part extends Region {
  readonly kind: PartKind;
}

/** What turns parts of a stream into what is read in the container's log. */
export interface LineFormat {
  /** Longer lines are cut into pieces of at most this many bytes. */
  readonly maxPartBytes: number;
  /** Writes one part. Returns the offset up to which it has been taken: less than its end when the sink is full. */
  write(part: Part): number;
}
