import { closeFd } from '../linux/descriptors.ts';

/** Our end of a process's stdin. It stays open as long as the process lives, so that reading it never ends. */
export class Stdin {
  #fd: number | undefined;

  /** The write end; undefined: closed. */
  get fd(): number | undefined {
    return this.#fd;
  }

  /** Takes the write end of a new instance. */
  open(fd: number | undefined): void {
    this.close();
    this.#fd = fd;
  }

  /** The instance is gone. */
  close(): void {
    if (this.#fd !== undefined) closeFd(this.#fd);
    this.#fd = undefined;
  }
}
