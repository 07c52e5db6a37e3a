import { closeSync, writeSync } from 'node:fs';
import { type Socket } from 'node:net';

/** The standard input of one instance of a process, to write to without waiting. */
export interface ListenerInput {
  /** Takes all bytes, now or as the reader reads. Returns false when there is no reader any more. */
  write(bytes: Uint8Array): boolean;
  /** Whether everything written has been taken over by the pipe. */
  readonly isClear: boolean;
  /** Calls back, never at once, each time when it has become clear or the reader has gone. */
  onClear: () => void;
  /** Lets go of the pipe: the reader sees the end of its input. What is queued is lost. Again: nothing. */
  close(): void;
}

/** A pipe that is not blocking: writes what fits at once, the rest when the reader has made room. */
export class InputPipe implements ListenerInput {
  onClear: () => void = () => undefined;
  readonly #fd: number;
  #socket: Socket | undefined;
  #queuedBytes = 0;
  #isBroken = false;
  #isClosed = false;

  /** Owns the descriptor from now on. It must be non-blocking. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** What the pipe has not taken over; a message counts until all of it has been. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get isClear(): boolean {
    return this.#queuedBytes === 0;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isBroken) return false;
    const done = this.isClear ? this.#writeNow(bytes) : 0;
    if (done < bytes.length && !this.#isBroken) this.#enqueue(bytes.subarray(done));
    return !this.#isBroken;
  }

  close(): void {
    // By now the number may be another file's.
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isBroken = true;
    this.#queuedBytes = 0;
    // The socket owns the descriptor as soon as there is one.
    if (this.#socket !== undefined) this.#socket.destroy();
    else closeSync(this.#fd);
  }

  /** Returns how many bytes have gone. */
  #writeNow(bytes: Uint8Array): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      // EPIPE: the reader has closed its end. Nothing else can be hoped for after any other error either.
      if (!isFull(error)) this.#isBroken = true;
      return 0;
    }
  }

  #enqueue(rest: Uint8Array): void {
    this.#queuedBytes += rest.length;
    this.#socket ??= this.#openSocket();
    this.#socket.write(rest, (error) => this.#written(error, rest.length));
  }

  #openSocket(): Socket {
    const socket = new (process.getBuiltinModule('node:net').Socket)({
      fd: this.#fd,
      readable: false,
      writable: true,
    });
    // The callback of the write tells the same error; without a listener it would be thrown.
    socket.on('error', () => undefined);
    return socket;
  }

  #written(error: Error | null | undefined, bytes: number): void {
    if (error) this.#isBroken = true;
    this.#queuedBytes = error ? 0 : this.#queuedBytes - bytes;
    if (this.isClear) this.onClear();
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EAGAIN';
