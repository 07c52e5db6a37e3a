import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Credentials } from '../../src/api/authentication.ts';
import { eventsRoute, type StreamedEvent } from '../../src/api/events-route.ts';
import { logRoutes } from '../../src/api/log-routes.ts';
import { okRoute } from '../../src/api/ok-route.ts';
import { peerNamer } from '../../src/api/peer.ts';
import { rpcRoute } from '../../src/api/rpc-route.ts';
import { type OpenServer, openServer } from '../../src/api/server.ts';
import { createService, type ServiceLog } from '../../src/api/service.ts';
import { Scratch } from '../support/scratch.ts';
import { FakeControl } from './api-fake-control.ts';

/** What a server under test may be given. */
export interface RigOptions {
  readonly control?: FakeControl;
  readonly credentials?: Credentials;
  readonly maxConnections?: number;
  readonly patienceMs?: number;
}

/** A server on a unix socket, over a fake daemon. */
export class HttpRig implements AsyncDisposable {
  readonly scratch = new Scratch();
  readonly control: FakeControl;
  /** The lines of the activity log, with their levels. */
  readonly log: string[] = [];
  /** Those who watch events. */
  readonly watchers = new Set<(event: StreamedEvent) => void>();
  readonly #options: RigOptions;
  #server: OpenServer | undefined;

  private constructor(options: RigOptions) {
    this.#options = options;
    this.control = options.control ?? new FakeControl([]);
  }

  static async open(options: RigOptions = {}): Promise<HttpRig> {
    const rig = new HttpRig(options);
    rig.#server = await openServer({
      place: { kind: 'unix', file: rig.path, chmod: 0o700, chown: undefined },
      load: () => Promise.resolve(rig.#service()),
      left: () => undefined,
      failed: (error) => rig.log.push(`failed ${String(error)}`),
      ownSignals: [],
    });
    return rig;
  }

  #watch(take: (event: StreamedEvent) => void): Disposable {
    this.watchers.add(take);
    return { [Symbol.dispose]: () => void this.watchers.delete(take) };
  }

  get path(): string {
    return this.scratch.path('s.sock');
  }

  /** A connection, as bytes. */
  connect(): Socket {
    const socket = connect(this.path);
    socket.on('error', () => undefined);
    return socket;
  }

  /** Sends bytes and resolves with everything that comes back until the server closes. */
  async exchange(request: string): Promise<string> {
    const socket = this.connect();
    socket.write(request);
    return await text(socket);
  }

  /** Sends one request on a connection of its own, closed after it. */
  async ask(line: string, headers: readonly string[] = [], body = ''): Promise<string> {
    const head = [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n');
    return await this.exchange(`${head}\r\n\r\n${body}`);
  }

  /** Calls a method without arguments, or sends another body. */
  async post(body: string, headers: readonly string[] = []): Promise<string> {
    return await this.ask('POST /RPC2', [`Content-Length: ${Buffer.byteLength(body)}`, ...headers], body);
  }

  #service(): ReturnType<typeof createService> {
    const at = (level: string) => (message: string) => void this.log.push(`${level} ${message}`);
    const log: ServiceLog = {
      info: at('info'),
      error: at('error'),
      critical: at('critical'),
      trace: at('trace'),
      isEnabled: () => false,
    };
    const { control } = this;
    const { credentials, maxConnections, patienceMs } = this.#options;
    return createService({
      credentials,
      log,
      routes: [
        rpcRoute({ control: () => control, log }),
        eventsRoute((take) => this.#watch(take)),
        ...logRoutes(() => control),
        okRoute,
      ],
      peerOf: peerNamer(() => ({ pid: 12, uid: 34 })),
      serverName: 'tsupervisor',
      ...(maxConnections === undefined ? {} : { maxConnections }),
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
    await this.scratch[Symbol.asyncDispose]();
  }
}

/** The status of an answer. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1]);

/** A call without arguments. */
export const callOf = (method: string): string =>
  `<?xml version='1.0'?><methodCall><methodName>${method}</methodName><params></params></methodCall>`;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** The bytes that buffers hold, after everything that nobody needs was freed. */
export function usedBytes(): number {
  if (typeof collect === 'function') collect();
  return process.memoryUsage().arrayBuffers;
}
