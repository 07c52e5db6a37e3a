/** One block: as much as is written at once, so that a slow reader is seen to read. */
const blockBytes = 128 * 1024;

/** So many used blocks are kept for what comes next: no garbage while a queue fills and empties. */
const mostSpares = 8;

/**
 * Bytes in order, in blocks. `peek` may be handed to an asynchronous write: bytes pushed meanwhile never move or change
 * what was peeked at.
 */
export class ByteQueue {
  readonly #blocks: Uint8Array[] = [];
  readonly #spares: Uint8Array[] = [];
  /** Where the first block begins, and where the last one ends. */
  #from = 0;
  #to = 0;

  /** Bytes queued. */
  get length(): number {
    return this.#blocks.length === 0 ? 0 : (this.#blocks.length - 1) * blockBytes + this.#to - this.#from;
  }

  /** Appends a copy. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const block = this.#openBlock();
      const part = chunk.subarray(at, at + blockBytes - this.#to);
      block.set(part, this.#to);
      this.#to += part.length;
      at += part.length;
    }
  }

  /** The first bytes, as a view; all of them when they lie in one block. */
  peek(): Uint8Array {
    const [first] = this.#blocks;
    return (
      first?.subarray(this.#from, this.#blocks.length === 1 ? this.#to : blockBytes) ?? new Uint8Array(0)
    );
  }

  /** Forgets the first bytes, which nobody reads any more. */
  drop(count: number): void {
    this.#from += count;
    while (this.#from >= blockBytes) this.#dropBlock();
    if (this.length > 0) return;
    this.#from = 0;
    this.#to = 0;
  }

  /** Forgets everything; a write that is going on keeps what it reads. */
  clear(): void {
    this.#blocks.length = 0;
    this.#from = 0;
    this.#to = 0;
  }

  /** The last block, with room. */
  #openBlock(): Uint8Array {
    const last = this.#blocks.at(-1);
    if (last !== undefined && this.#to < blockBytes) return last;
    const block = this.#spares.pop() ?? new Uint8Array(blockBytes);
    this.#blocks.push(block);
    this.#to = 0;
    return block;
  }

  #dropBlock(): void {
    const block = this.#blocks.shift();
    if (block !== undefined && this.#spares.length < mostSpares) this.#spares.push(block);
    this.#from -= blockBytes;
  }
}
