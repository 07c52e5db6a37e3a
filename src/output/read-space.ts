import { maxLineBytes, type Region } from './line-part.ts';

/** How much one read of a pipe can bring. */
const readBytes = 256 * 1024;

/**
 * The one read buffer of all pipes. Before the part that the kernel reads into there is room for the unfinished line
 * of a stream, so that a line in two reads is contiguous again without copying the second.
 * What it holds is valid until the next read of any stream.
 */
export class ReadSpace {
  readonly bytes = Buffer.alloc(maxLineBytes + readBytes);
  readonly view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  /** Where sockets read into. */
  readonly readArea = this.bytes.subarray(maxLineBytes);

  /**
   * Puts `held` before `chunk`. A chunk of the read area stays where it is.
   * `held` may be longer than a line only when the chunk is empty.
   */
  place(held: Uint8Array, chunk: Uint8Array): Region {
    if (held.length > maxLineBytes) return this.#placeAlone(held);
    if (!this.#isInPlace(chunk)) this.readArea.set(chunk);
    const start = maxLineBytes - held.length;
    this.bytes.set(held, start);
    return { bytes: this.bytes, view: this.view, start, end: maxLineBytes + chunk.length };
  }

  #placeAlone(held: Uint8Array): Region {
    this.bytes.set(held);
    return { bytes: this.bytes, view: this.view, start: 0, end: held.length };
  }

  #isInPlace(chunk: Uint8Array): boolean {
    return chunk.buffer === this.readArea.buffer && chunk.byteOffset === this.readArea.byteOffset;
  }
}
