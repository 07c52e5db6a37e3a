/** What is added to a log, piece by piece, through rotations and truncations. */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { type KeptBytes } from './control.ts';
import { readAt } from './read-log.ts';

/** A log as it grows. */
export interface Growth extends Disposable {
  /** The next bytes, at most 64 KB of them; undefined: nothing new so far. */
  next(): Uint8Array | undefined;
}

/** How much of what was there before is shown first. */
const headBytes = 1024;

const pieceBytes = 64 * 1024;
const truncated = Buffer.from('==> File truncated <==\n');

/**
 * The growth of bytes in memory. A reader that is too slow is told how many bytes it has missed.
 *
 * @param isNext - whether it continues another log: then all that is kept is new
 */
export function memoryGrowth(bytes: KeptBytes, { isNext }: { readonly isNext: boolean }): Growth {
  let at = isNext ? bytes.start : Math.max(bytes.start, bytes.size - headBytes);
  return {
    next: () => {
      if (at >= bytes.size) return undefined;
      const missed = bytes.start - at;
      if (missed > 0) {
        at = bytes.start;
        return Buffer.from(`==> ${missed} bytes missed <==\n`);
      }
      const piece = bytes.read(at, at + pieceBytes);
      at += piece.length;
      return piece;
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** The growth of a file: what stands in the old file is read to its end before a new file of that name is begun. */
export class FileGrowth implements Growth {
  readonly #path: string;
  #fd: number;
  #at: number;

  /** @throws SystemError when it cannot be opened */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openLog(path);
    this.#at = Math.max(0, fstatSync(this.#fd).size - headBytes);
  }

  next(): Uint8Array | undefined {
    const { size } = fstatSync(this.#fd);
    if (size < this.#at) {
      this.#at = 0;
      return truncated;
    }
    if (size > this.#at) return this.#read(size);
    return this.#turn() ? this.next() : undefined;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #read(size: number): Uint8Array {
    const piece = readAt(this.#fd, { from: this.#at, to: Math.min(size, this.#at + pieceBytes) });
    this.#at += piece.length;
    return piece;
  }

  /** Goes on to the file that has the name now, if it is another one. */
  #turn(): boolean {
    const [old, now] = [fstatSync(this.#fd), statSync(this.#path, { throwIfNoEntry: false })];
    if (now === undefined || (now.ino === old.ino && now.dev === old.dev)) return false;
    const fd = openLog(this.#path);
    closeSync(this.#fd);
    this.#fd = fd;
    this.#at = 0;
    return true;
  }
}

// O_NONBLOCK: as in read-log.ts.
const openLog = (path: string): number =>
  openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
