import { type Socket } from 'node:net';

/**
 * The open connections of a server, at most `limit` of them.
 *
 * Clients keep idle connections for as long as they like (an event listener may call once a day, and Supervisor's client
 * cannot bear it when its connection has gone), so nothing is closed because of time. When there are too many, the one that
 * has been idle for longest gives way to the new one; a connection that has not sent a whole request is idle.
 */
export class Connections {
  readonly #limit: number;
  /** Least recently used first; the number of requests that are being answered. */
  readonly #open = new Map<Socket, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Takes a new connection. Returns false when all are busy: it was closed. */
  add(socket: Socket): boolean {
    if (this.#open.size >= this.#limit && !this.#closeIdle()) {
      socket.destroy();
      return false;
    }
    this.#open.set(socket, 0);
    socket.once('close', () => this.#open.delete(socket));
    return true;
  }

  /** A whole request has arrived on it. */
  began(socket: Socket): void {
    const requests = this.#open.get(socket);
    if (requests !== undefined) this.#open.set(socket, requests + 1);
  }

  /** The whole answer to it is on its way. */
  ended(socket: Socket): void {
    const requests = this.#open.get(socket);
    if (requests === undefined) return;
    this.#open.delete(socket);
    this.#open.set(socket, requests - 1);
  }

  /** Closes all of them. */
  close(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #closeIdle(): boolean {
    for (const [socket, requests] of this.#open) {
      if (requests > 0) continue;
      this.#open.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  }
}
