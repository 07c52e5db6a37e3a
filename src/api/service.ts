/**
 * The HTTP service: connections in, answers out. Loaded with the first connection, because node:http takes longer to load
 * than a program to start.
 */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type Socket } from 'node:net';
import { type Credentials, judge } from './authentication.ts';
import { Connections } from './connections.ts';
import { errorPage, type Exchange, reasonOf, refuse, type Route, sendError } from './exchange.ts';
import { type Peer } from './peer.ts';
import { Turns } from './turns.ts';

/** The part of the activity log that the API writes to. */
export interface ServiceLog {
  readonly info: (message: string) => void;
  readonly error: (message: string) => void;
  readonly critical: (message: string) => void;
  readonly trace: (message: string) => void;
  readonly isEnabled: (level: 'trace') => boolean;
}

/** What a service is made of. */
export interface ServiceOptions {
  /** undefined: anybody who can connect may do anything. */
  readonly credentials: Credentials | undefined;
  /** The first one whose prefix matches takes the request. */
  readonly routes: readonly Route[];
  readonly log: ServiceLog;
  /** Names the other side of a connection. */
  readonly peerOf: (socket: Socket) => Peer;
  /** The Server header. */
  readonly serverName: string;
  readonly maxConnections?: number;
  /** How long a client may take nothing of an answer that is ready. */
  readonly patienceMs?: number;
}

/** Answers requests on the connections that it is given. */
export interface Service {
  accept(socket: Socket): void;
  /** Closes every connection; requests that are being answered get no answer. */
  close(): void;
}

/** More than that many clients at once is a mistake or an attack. */
export const mostConnections = 512;

/** As long as for a request's body (request-body.ts). */
const defaultPatienceMs = 30_000;

/** All headers of a request together. */
const maxHeaderBytes = 16 * 1024;

/** The paths of URLs are text of strangers; `//` and escapes are left as they are. */
const pathOf = (url: string): string => /^[^?#]*/.exec(url)?.[0] ?? '';

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/**
 * Whether a browser sends this on behalf of a page of somebody else (Fetch, "Sec-Fetch-Site" and "Origin"). Other clients
 * send neither header.
 */
function isCrossSite({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { origin, host } = headers;
  if (headers['sec-fetch-site'] === 'cross-site') return true;
  return origin !== undefined && URL.parse(origin)?.host !== host;
}

/** What is answered without looking at the route; undefined: the request may go on. */
function refusalOf(request: IncomingMessage, credentials: Credentials | undefined): number | undefined {
  if (isCrossSite(request)) return 403;
  if (credentials === undefined) return undefined;
  const judgement = judge(request.headers.authorization, credentials);
  if (judgement === 'allowed') return undefined;
  return judgement === 'denied' ? 401 : 400;
}

const headersOf = (refusal: number): OutgoingHttpHeaders => ({
  Connection: 'close',
  ...(refusal === 401 ? { 'WWW-Authenticate': 'Basic realm="default"' } : {}),
});

type Answering = Pick<Exchange, 'request' | 'response'>;

/**
 * A connection is busy from the last byte of a request to the last one of its answer: who sends slowly, or does not read
 * what is ready, is idle meanwhile.
 */
function whileBusy({ request, response }: Answering, connections: Connections): void {
  request.once('end', () => {
    if (response.writableEnded) return;
    connections.began(request.socket);
    response.once('prefinish', () => connections.ended(request.socket));
  });
}

/**
 * Breaks the connection when a whole answer is not taken in that time, and as much again for each megabyte of it. Streams
 * may rest. What the client sends meanwhile is no excuse, so this is no timeout of the socket.
 */
function limitTaking({ request: { socket }, response }: Answering, patienceMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  response.once('prefinish', () => {
    const share = 1 + socket.writableLength / 2 ** 20;
    timer = setTimeout(() => socket.destroy(), patienceMs * share);
  });
  response.once('close', () => clearTimeout(timer));
}

/** A request whose headers are here. */
type Arrival = Pick<Exchange, 'request' | 'response' | 'bodyComes'>;

/** Writes a line when the answer has gone. The client may have gone with it, so it was named before. */
function traceAnswer(
  { request, response }: Answering,
  { log, peer }: { readonly log: ServiceLog; readonly peer: Peer },
): void {
  response.once('close', () =>
    log.trace(`${peer.text} "${request.method} ${request.url}" ${response.statusCode}`),
  );
}

/** A service. It opens no socket of its own. */
export function createService(options: ServiceOptions): Service {
  const { credentials, routes, log, peerOf, serverName, patienceMs = defaultPatienceMs } = options;
  const connections = new Connections(options.maxConnections ?? mostConnections);
  const turns = new Turns();

  const route = async (exchange: Exchange): Promise<void> => {
    const refusal = refusalOf(exchange.request, credentials);
    if (refusal !== undefined) return refuse(exchange, refusal, headersOf(refusal));
    const taker = routes.find(({ prefix }) => exchange.path.startsWith(prefix));
    await (taker === undefined ? refuse(exchange, 404) : taker.take(exchange));
  };

  const answer = async (exchange: Exchange): Promise<void> => {
    try {
      // Of many requests that were sent at once, the answers are made one by one: unread, all together could be large.
      const { socket } = exchange.request;
      await turns.take(socket, exchange.response);
      if (!socket.destroyed) await route(exchange);
    } catch (error) {
      log.critical(`cannot answer ${exchange.request.method} ${exchange.path}: ${stackOf(error)}`);
      sendError(exchange, 500);
      // An answer that has begun can only be broken off.
      if (!exchange.response.writableEnded) exchange.response.destroy();
    }
  };

  const take = ({ request, response, bodyComes }: Arrival): void => {
    const { socket } = request;
    // What was sent together with the request for which the connection was broken.
    if (socket.destroyed) return;
    whileBusy({ request, response }, connections);
    limitTaking({ request, response }, patienceMs);
    if (log.isEnabled('trace')) traceAnswer({ request, response }, { log, peer: peerOf(socket) });
    // A client that goes away while it is being answered is its own affair.
    response.on('error', () => undefined);
    response.setHeader('Server', serverName);
    void answer({
      request,
      response,
      path: pathOf(request.url ?? ''),
      bodyComes,
      who: () => peerOf(socket).text,
    });
  };

  const server = createHttpServer();
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    take({ request, response, bodyComes: true }),
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // Whoever may not come in is told so before the body, and sends none.
    const bodyComes = refusalOf(request, credentials) === undefined;
    if (bodyComes) response.writeContinue();
    take({ request, response, bodyComes });
  });
  server.on('clientError', refuseGarbage);
  return {
    accept: (socket) => {
      if (!connections.add(socket)) return;
      server.emit('connection', socket);
      socket.resume();
    },
    close: () => connections.close(),
  };
}

// It never listens: no timer of it runs, and connections live as long as `Connections` wants.
const createHttpServer = (): Server =>
  createServer({
    maxHeaderSize: maxHeaderBytes,
    requireHostHeader: false,
    keepAliveTimeout: 0,
    noDelay: true,
  });

/** What is no HTTP gets one last answer. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const page = errorPage(status);
  const head = `HTTP/1.1 ${status} ${reasonOf(status)}\r\nConnection: close\r\nContent-Type: text/html\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(page)}\r\n\r\n${page}`, () => socket.destroy());
}
