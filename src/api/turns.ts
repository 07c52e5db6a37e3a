import { type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** A client asks a few things at once, if any; each request that waits takes memory, for as long as a stream may last. */
const mostWaiting = 100;

interface Queue {
  last: ServerResponse;
  waitingCount: number;
}

/** Requests that were sent at once on one connection are answered one after the other. */
export class Turns {
  readonly #queues = new WeakMap<Socket, Queue>();

  /**
   * Resolves when the answer before this one, on the same connection, is with the client. A connection on which too many
   * wait is broken.
   */
  async take(socket: Socket, response: ServerResponse): Promise<void> {
    const queue = this.#queues.get(socket) ?? { last: response, waitingCount: 0 };
    const before = queue.last;
    queue.last = response;
    this.#queues.set(socket, queue);
    if (before === response || before.closed) return;
    queue.waitingCount += 1;
    if (queue.waitingCount > mostWaiting) socket.destroy();
    await new Promise((resolve) => before.once('close', resolve));
    queue.waitingCount -= 1;
  }
}
