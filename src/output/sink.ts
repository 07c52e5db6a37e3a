/**
 * A place bytes go to: the container's stdout or stderr, a file. It takes everything it is given, says when it
 * has enough, and never throws: programs go on whatever happens to a disk or a reader.
 */
export interface Sink {
  /** How messages call it: `stdout`, or the path. */
  readonly name: string;
  /** Whether producers must wait for `whenReady`. */
  readonly isFull: boolean;
  /** Takes the bytes; what cannot be written at once is copied. Returns false when the sink is now full. */
  write(chunk: Uint8Array): boolean;
  /** Calls back once when there is room again; producers are called one after the other, in order. */
  whenReady(callback: () => void): void;
  /** Resolves when everything written is out, or will never be. */
  flush(): Promise<void>;
  /** Opens the place anew, by its name. */
  reopen(): void;
  /** Lets go of the descriptor. What is still queued is lost. */
  close(): void;
}

/** A sink that lines of several programs share: a formatted line starts at the beginning of a line. */
export interface LineSink extends Sink {
  /** Ends a line that a raw stream has left open. */
  beginLine(): void;
  /**
   * Names a producer. `stop` is called when far too much is queued: a thousand streams that had been idle may each
   * bring a read buffer before they learn that the sink is full. Returns a function that takes the producer out.
   */
  addProducer(stop: () => void): () => void;
}

/**
 * What the activity log is told, once per change: the sink stopped taking bytes (`failed`), takes them again
 * (`recovered`), or could not be rotated or reopened and goes on in the file that is open (`kept`); its rotated files
 * cannot be compressed (`uncompressed`).
 * `code` is the errno name, `syscall` the call that answered with it, `lostBytes` what could not go anywhere.
 */
export type SinkReport =
  | {
      readonly type: 'failed' | 'kept' | 'uncompressed';
      readonly sink: string;
      readonly syscall: string;
      readonly code: string;
    }
  | { readonly type: 'recovered'; readonly sink: string; readonly lostBytes: number };

/** Receives the reports of a sink. It must not write to that sink. */
export type Report = (report: SinkReport) => void;

/** A sink with more than this queued is full. */
export const highWaterBytes = 512 * 1024;

/** With more than this queued, all producers are stopped. */
export const overflowBytes = 4 * highWaterBytes;
