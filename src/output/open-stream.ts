import { closeSync, write, writeSync } from 'node:fs';
import { type Socket } from 'node:net';
import { newSocket } from './late-net.ts';
import { errnoName } from './errno.ts';
import { openTarget, type StreamPlace, type Target } from './stream-target.ts';

/** How long a descriptor that others made non-blocking is left alone when it is full: nothing announces room on it. */
const pollMs = 10;

/** Told how many bytes a later write has written, or why it failed. */
export type Written = (error: Error | undefined, bytes: number) => void;

/** A stream that is open: writes what fits at once, and the rest when there is room. Never blocks the main thread. */
export class OpenStream {
  readonly #target: Target;
  #socket: Socket | undefined;

  /**
   * Opens a place.
   *
   * @throws Error with an errno code when an inherited descriptor is closed (EBADF) or a path cannot be opened
   */
  constructor(place: StreamPlace) {
    this.#target = openTarget(place);
  }

  /** The descriptor of a pipe, which may be made larger; undefined for anything else. */
  get pipeFd(): number | undefined {
    return this.#target.kind === 'pipe' ? this.#target.fd : undefined;
  }

  /** Whether a short write is not a sign of a full stream: go on. */
  get takesAll(): boolean {
    return this.#target.kind === 'sync';
  }

  /**
   * Writes what fits now. Returns the bytes written; 0 when the stream is full.
   *
   * @throws Error with an errno code
   */
  writeNow(chunk: Uint8Array): number {
    if (this.#target.kind === 'thread') return 0;
    try {
      return writeSync(this.#target.fd, chunk);
    } catch (error) {
      if (errnoName(error) === 'EAGAIN') return 0;
      throw error;
    }
  }

  /** Writes when there is room. One at a time; the bytes must not change meanwhile. */
  writeLater(bytes: Uint8Array, written: Written): void {
    if (this.#target.kind === 'pipe') this.#writeBySocket(bytes, written);
    else this.#writeByThread(bytes, written);
  }

  /** Closes what is ours. */
  close(): void {
    // The socket owns the descriptor as soon as there is one.
    if (this.#socket !== undefined) this.#socket.destroy();
    else if (this.#target.isOwn) closeSync(this.#target.fd);
  }

  #writeBySocket(bytes: Uint8Array, written: Written): void {
    this.#socket ??= writableSocket(this.#target.fd);
    this.#socket.write(bytes, (error) => written(error ?? undefined, bytes.length));
  }

  #writeByThread(bytes: Uint8Array, written: Written): void {
    write(this.#target.blockingFd, bytes, (error, count) => {
      if (error === null) written(undefined, count);
      else if (errnoName(error) === 'EAGAIN') setTimeout(() => this.#writeByThread(bytes, written), pollMs);
      else written(error, 0);
    });
  }
}

function writableSocket(fd: number): Socket {
  const socket = newSocket({ fd, readable: false, writable: true });
  // The callback of the write tells the same error; without a listener it would be thrown.
  socket.on('error', () => undefined);
  return socket;
}
