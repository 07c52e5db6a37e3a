/** Messages that wait for a syslog server, oldest first. */
export class SyslogQueue {
  readonly #messages: Uint8Array[] = [];
  #from = 0;
  #bytes = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The oldest. */
  get head(): Uint8Array | undefined {
    return this.#messages[this.#from];
  }

  /** Adds the newest. */
  push(message: Uint8Array): void {
    this.#messages.push(message);
    this.#bytes += message.length;
  }

  /** Takes the oldest away. */
  drop(): void {
    this.#bytes -= this.head?.length ?? 0;
    this.#from++;
    // Now and then: shift() of thousands copies them each time.
    if (this.#from < 1000 && this.#from < this.#messages.length) return;
    this.#messages.splice(0, this.#from);
    this.#from = 0;
  }

  /** Takes all away. Returns how many bytes they were. */
  clear(): number {
    const bytes = this.#bytes;
    this.#messages.length = 0;
    this.#from = 0;
    this.#bytes = 0;
    return bytes;
  }
}
