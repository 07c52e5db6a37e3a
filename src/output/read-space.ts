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

  /** Puts `held` before `chunk`. A chunk of the read area stays where it is. */
  place(held: Uint8Array, chunk: Uint8Array): Region {
    const isLong = held.length > maxLineBytes;
    if (isLong && chunk.length === 0 && held.length <= this.bytes.length) return this.#placeAlone(held);
    if (isLong || chunk.length > readBytes) return placeElsewhere(held, chunk);
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

/** What a filter had held back may be longer than any read, and with it what a full sink leaves. */
function placeElsewhere(held: Uint8Array, chunk: Uint8Array): Region {
  const bytes = Buffer.concat([held, chunk]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { bytes, view, start: 0, end: bytes.length };
}
