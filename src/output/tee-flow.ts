import { type Flow } from './flow.ts';

/**
 * One stream on its way to several destinations. Each gets all the bytes; the slowest decides when more is read. The
 * flows share the read buffer: each is done with a chunk, or has copied what it holds back, before the next is fed.
 */
export class TeeFlow implements Flow {
  readonly #flows: readonly Flow[];
  #waitingFor: readonly Flow[] = [];

  constructor(flows: readonly Flow[]) {
    this.#flows = flows;
  }

  feed(chunk: Uint8Array): boolean {
    return this.#allOf((flow) => flow.feed(chunk));
  }

  join(stop: () => void): () => void {
    const leaves = this.#flows.map((flow) => flow.join(stop));
    return () => {
      for (const leave of leaves) leave();
    };
  }

  whenReady(callback: () => void): void {
    // Nobody in particular: all are asked again when the first of them has room.
    const [first] = this.#waitingFor.length > 0 ? this.#waitingFor : this.#flows;
    first?.whenReady(callback);
  }

  pause(): void {
    for (const flow of this.#flows) flow.pause();
  }

  resume(): boolean {
    return this.#allOf((flow) => flow.resume());
  }

  end(): boolean {
    return this.#allOf((flow) => flow.end());
  }

  /** Asks every flow, and remembers those that said no. */
  #allOf(ask: (flow: Flow) => boolean): boolean {
    this.#waitingFor = this.#flows.filter((flow) => !ask(flow));
    return this.#waitingFor.length === 0;
  }
}
