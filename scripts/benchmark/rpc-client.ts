import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const requestFor = (method: string): string => {
  const body = `<?xml version='1.0'?>\n<methodCall>\n<methodName>supervisor.${method}</methodName>\n<params>\n</params>\n</methodCall>\n`;
  return `POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

const endOfHead = '\r\n\r\n';

/** How long the answer that begins with these bytes is; undefined: its head has not come yet. */
function lengthOf(start: Buffer): number | undefined {
  const end = start.indexOf(endOfHead);
  if (end === -1) return undefined;
  const head = start.toString('latin1', 0, end);
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined)
    throw new Error(`cannot measure a call: the answer begins with ${JSON.stringify(head)}`);
  return end + endOfHead.length + Number(length);
}

/** One kept connection that makes calls without arguments. It reads answers and does not look at them: it costs little. */
export class RpcClient implements Disposable {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects to a unix socket. */
  static async connect(path: string): Promise<RpcClient> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new RpcClient(socket);
  }

  /** Calls `supervisor.METHOD` and takes in the whole answer. */
  async call(method: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let start: Buffer = Buffer.alloc(0);
    let wanted: number | undefined;
    let come = 0;
    const take = (chunk: Buffer): void => {
      come += chunk.length;
      if (wanted === undefined) start = Buffer.concat([start, chunk]);
      wanted ??= lengthOf(start);
      if (wanted !== undefined && come >= wanted) resolve();
    };
    const guarded = (chunk: Buffer): void => {
      try {
        take(chunk);
      } catch (error) {
        reject(error);
      }
    };
    const lost = (): void => reject(new Error('cannot measure a call: the connection was closed'));
    this.#socket.on('data', guarded).once('close', lost);
    this.#socket.write(requestFor(method));
    await promise.finally(() => this.#socket.off('data', guarded).off('close', lost));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
