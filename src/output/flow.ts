/** The way of one stream's bytes to its destination. */
export interface Flow {
  /** Takes what has just been read. Returns false when reading must wait for `whenReady`. */
  feed(chunk: Uint8Array): boolean;
  /** Names what feeds this flow; `stop` is called when it must not, before its next read. Returns its way out. */
  join(stop: () => void): () => void;
  /** Calls back when the destination has room. */
  whenReady(callback: () => void): void;
  /** Reading stops, also for others' sake: an unfinished line waits, however long, for what comes after `resume`. */
  pause(): void;
  /** Goes on with what is waiting. Returns whether more may be read. */
  resume(): boolean;
  /** The stream has ended: the unfinished line goes out. Returns whether nothing is left to write. */
  end(): boolean;
}
