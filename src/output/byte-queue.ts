/** Above this, an empty queue gives its memory back. */
const keepBytes = 2 * 1024 * 1024;

/**
 * Bytes in order, in one growing array. `peek` may be handed to an asynchronous write: bytes pushed meanwhile never
 * move or change what was peeked at.
 */
export class ByteQueue {
  #bytes = new Uint8Array(0);
  #from = 0;
  #to = 0;

  /** Bytes queued. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** Appends a copy. */
  push(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.#bytes.length) this.#grow(this.length + chunk.length);
    this.#bytes.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  /** Everything queued, as a view. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  /** Forgets the first bytes. */
  drop(count: number): void {
    this.#from += count;
    if (this.#from < this.#to) return;
    this.#from = 0;
    this.#to = 0;
    if (this.#bytes.length > keepBytes) this.#bytes = new Uint8Array(0);
  }

  // A new array, never a move within the old one: an asynchronous write may be reading that.
  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(4096, 2 ** Math.ceil(Math.log2(needed))));
    grown.set(this.peek());
    this.#to = this.length;
    this.#from = 0;
    this.#bytes = grown;
  }
}
