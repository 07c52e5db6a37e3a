import { type WriteWatcher, WriteWatchers } from './write-watchers.ts';

const firstBytes = 1024;

/**
 * The last bytes of a stream, in memory. Costs nothing until something is written, then grows up to `maxBytes`.
 * Offsets count from the first byte ever written, so that a reader can follow (`tail -f`).
 */
export class MemoryTail {
  readonly #maxBytes: number;
  readonly #watchers = new WriteWatchers();
  #ring = new Uint8Array(0);
  #size = 0;
  #clearedTo = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes ever written: the offset of the next byte. */
  get size(): number {
    return this.#size;
  }

  /** The offset of the oldest byte that is kept. */
  get start(): number {
    return Math.max(this.#clearedTo, this.#size - this.#maxBytes);
  }

  /** Appends a copy. */
  append(chunk: Uint8Array): void {
    this.#watchers.written();
    if (this.#maxBytes === 0 || chunk.length === 0) return;
    this.#makeRoom(this.#size - this.start + chunk.length);
    const kept = chunk.length > this.#ring.length ? chunk.subarray(chunk.length - this.#ring.length) : chunk;
    this.#size += chunk.length;
    this.#put(kept, this.#size - kept.length);
  }

  /** A copy of the bytes from offset `from` up to `to`; what is no longer kept is left out. */
  read(from = this.start, to = this.#size): Buffer {
    const first = Math.max(from, this.start);
    const length = Math.max(0, Math.min(to, this.#size) - first);
    const bytes = Buffer.alloc(length);
    if (length === 0) return bytes;
    const at = first % this.#ring.length;
    const head = this.#ring.subarray(at, at + length);
    bytes.set(head);
    bytes.set(this.#ring.subarray(0, length - head.length), head.length);
    return bytes;
  }

  /** All that is kept, as text; bytes that are no UTF-8 as U+FFFD. */
  text(): string {
    return this.read().toString();
  }

  /** Calls back at each write, before its bytes can be read. Dispose to end that. */
  watch(watcher: WriteWatcher): Disposable {
    return this.#watchers.watch(watcher);
  }

  /** Its process is removed: tells the watchers. What is kept can be read further. */
  close(): void {
    this.#watchers.closed();
  }

  /** Forgets what is kept. Offsets go on. */
  clear(): void {
    this.#clearedTo = this.#size;
    this.#ring = new Uint8Array(0);
  }

  #put(kept: Uint8Array, offset: number): void {
    const at = offset % this.#ring.length;
    const head = kept.subarray(0, this.#ring.length - at);
    this.#ring.set(head, at);
    this.#ring.set(kept.subarray(head.length));
  }

  #makeRoom(wanted: number): void {
    if (this.#ring.length >= Math.min(wanted, this.#maxBytes)) return;
    const kept = this.read();
    const doubled = 2 ** Math.ceil(Math.log2(Math.max(firstBytes, wanted)));
    this.#ring = new Uint8Array(Math.min(doubled, this.#maxBytes));
    if (kept.length > 0) this.#put(kept, this.#size - kept.length);
  }
}
