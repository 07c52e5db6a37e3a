import { closeFd } from '../linux/descriptors.ts';
import { InputPipe } from '../events/listener-input.ts';

/** What a process has not read yet is kept for it, up to this much. */
const maxWaitingBytes = 1024 * 1024;

/** Our end of a process's stdin. It stays open as long as the process lives, so that reading it never ends. */
export class Stdin {
  #fd: number | undefined;
  #pipe: InputPipe | undefined;

  /** The write end; undefined: closed. */
  get fd(): number | undefined {
    return this.#fd;
  }

  /** The same, to be written to without waiting. */
  get pipe(): InputPipe | undefined {
    if (this.#fd !== undefined) this.#pipe ??= new InputPipe(this.#fd);
    return this.#pipe;
  }

  /** Takes the write end of a new instance. */
  open(fd: number | undefined): void {
    this.close();
    this.#fd = fd;
  }

  /**
   * Sends bytes, now or as the process reads them; all of them or none.
   *
   * @returns `closed`: nobody will read them; `full`: too much is waiting already
   */
  send(bytes: Uint8Array): 'queued' | 'closed' | 'full' {
    const { pipe } = this;
    if (pipe === undefined) return 'closed';
    if (pipe.queuedBytes + bytes.length > maxWaitingBytes) return 'full';
    return pipe.write(bytes) ? 'queued' : 'closed';
  }

  /** The instance is gone. */
  close(): void {
    // The pipe owns the descriptor as soon as there is one.
    if (this.#pipe !== undefined) this.#pipe.close();
    else if (this.#fd !== undefined) closeFd(this.#fd);
    this.#fd = undefined;
    this.#pipe = undefined;
  }
}
