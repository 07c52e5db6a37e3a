/** HTTP to one server, over TCP or a unix socket, with Basic authentication and kept-alive connections. */
import { Agent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { HttpError } from './errors.ts';
import { codeOf, PythonError } from './python-words.ts';
import { endpointOf } from './server-url.ts';

/** The server to talk to, and as whom. */
export interface Server {
  /** `http://host:port` or `unix:///path`. */
  readonly serverurl: string;
  /** Sent only together with a password. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

const authorization = ({ username, password }: Server): Readonly<Record<string, string>> =>
  username === undefined || password === undefined
    ? {}
    : { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };

/** As Node's agent takes it. `servername` is for TLS, and missing in the types of http. */
type Address = RequestOptions & { readonly servername: string };

function addressOf(serverurl: string): Address {
  const endpoint = endpointOf(serverurl);
  if (endpoint === undefined)
    throw new PythonError('ValueError', `Unknown protocol for serverurl ${serverurl}`);
  // Else the agent looks for a name for TLS, with a regular expression that takes 4 ms to compile.
  const servername = '';
  return endpoint.family === 'unix'
    ? { socketPath: endpoint.path, host: 'localhost', servername }
    : { host: endpoint.host, port: endpoint.port, servername };
}

/** The whole body of an answer. node:stream/consumers does the same, and takes longer to load than to run. */
export function textOf(response: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Uint8Array[] = [];
  response.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  response.on('end', () => resolve(Buffer.concat(chunks).toString()));
  response.on('error', reject);
  return promise;
}

/** A connection that the server closed while it lay idle: the request has not been read, so it may be sent again. */
const wasStale = (error: unknown, reused: boolean): boolean =>
  reused && (codeOf(error) === 'ECONNRESET' || codeOf(error) === 'EPIPE');

/** Owns the connections to one server. */
export class Transport implements Disposable {
  readonly server: Server;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(server: Server) {
    this.server = server;
  }

  /**
   * Sends an XML-RPC request.
   *
   * @returns the body of the answer
   * @throws HttpError when the status is not 200; a system error when there is no connection
   */
  async post(body: string): Promise<string> {
    const response = await this.#send({ method: 'POST', path: '/RPC2', body });
    const text = await textOf(response);
    const { statusCode: status = 0, statusMessage: reason = '' } = response;
    if (status !== 200) throw new HttpError({ status, reason });
    return text;
  }

  /** Opens a stream (`/logtail/…`): the answer, whatever its status, before its body. */
  async open(path: string, signal?: AbortSignal): Promise<IncomingMessage> {
    return this.#send({ method: 'GET', path, signal });
  }

  /** Closes every connection. */
  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #send(request: Request): Promise<IncomingMessage> {
    const first = await this.#attempt(request);
    return first === 'stale' ? this.#send(request) : first;
  }

  #attempt({ method, path, body = '', signal }: Request): Promise<IncomingMessage | 'stale'> {
    const headers = {
      'User-Agent': 'tsupervisor-ctl',
      ...(method === 'POST'
        ? { 'Content-Type': 'text/xml', Accept: 'text/xml', 'Content-Length': Buffer.byteLength(body) }
        : { Accept: '*/*' }),
      ...authorization(this.server),
    };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage | 'stale'>();
    const address = addressOf(this.server.serverurl);
    const sent = httpRequest({
      ...address,
      method,
      path,
      headers,
      agent: this.#agent,
      ...(signal ? { signal } : {}),
    });
    sent.on('response', resolve);
    sent.on('error', (error) => {
      if (wasStale(error, sent.reusedSocket)) resolve('stale');
      else reject(error);
    });
    sent.end(body);
    return promise;
  }
}
