/** `POST /RPC2`: XML-RPC over HTTP. */
import { type IncomingMessage } from 'node:http';
import { callMethod, type Caller } from './call.ts';
import { type Control } from './control.ts';
import { type Exchange, refuse, type Route, send, sendError } from './exchange.ts';
import { Fault } from './fault.ts';
import { pythonText, quoted } from './python-text.ts';
import { readBody } from './request-body.ts';
import { type ServiceLog } from './service.ts';
import { XmlRpcError } from './xml-document.ts';
import { decodeCall, encodeFault, encodeResponse, type XmlRpcCall, type XmlRpcValue } from './xml-rpc.ts';

/** What the route needs. */
export interface RpcOptions {
  /** Asked at each call: a restart brings another one. */
  readonly control: () => Control;
  readonly log: ServiceLog;
}

/** The codec's limit; a call carries names and a little stdin. */
const maxBodyBytes = 8 * 2 ** 20;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The status for a request that cannot be one; undefined: it can. */
function objection({ method, headers, httpVersion }: IncomingMessage): number | undefined {
  if (method !== 'POST') return 405;
  const isChunked = headers['transfer-encoding'] !== undefined;
  if (headers['content-length'] === undefined && !(isChunked && httpVersion === '1.1')) return 411;
  return undefined;
}

function callIn(bytes: Uint8Array): XmlRpcCall | XmlRpcError {
  try {
    return decodeCall(utf8.decode(bytes));
  } catch (error) {
    if (error instanceof XmlRpcError) return error;
    if (error instanceof TypeError) return new XmlRpcError('it is not UTF-8');
    throw error;
  }
}

async function answerTo(caller: Caller, { method, params }: XmlRpcCall): Promise<string> {
  try {
    return encodeResponse(await callMethod(caller, method, params));
  } catch (error) {
    if (error instanceof Fault) return encodeFault(error);
    throw error;
  }
}

// Stdin may be a secret, and a multicall is long: the first argument says what it is about.
const shown = ([first]: readonly XmlRpcValue[]): string => {
  if (first === undefined) return '';
  return typeof first === 'string' ? quoted(first.slice(0, 200)) : pythonText(first).slice(0, 200);
};

/** The route of the RPC interface. Everybody who changes something is named in the activity log. */
export function rpcRoute({ control, log }: RpcOptions): Route {
  const call = async (exchange: Exchange, bytes: Uint8Array): Promise<void> => {
    const request = callIn(bytes);
    if (request instanceof XmlRpcError) {
      log.error(`cannot take a request of ${exchange.who()}: ${request.message}`);
      return sendError(exchange, 400);
    }
    const changing: Caller['changing'] = (method, params) =>
      log.info(`${method}(${shown(params)}) called by ${exchange.who()}`);
    const body = await answerTo({ control: control(), changing }, request);
    send(exchange, { status: 200, headers: { 'Content-Type': 'text/xml' }, body });
  };
  return {
    prefix: '/RPC2',
    take: async (exchange) => {
      const refusal = objection(exchange.request);
      if (refusal !== undefined) return refuse(exchange, refusal, refusal === 405 ? { Allow: 'POST' } : {});
      const body = await readBody(exchange.request, maxBodyBytes);
      if (body.kind === 'tooLarge') return sendError(exchange, 413);
      if (body.kind === 'whole') await call(exchange, body.bytes);
    },
  };
}
