import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { readBody } from './request-body.ts';

/** A request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path of the URL, without its query, still percent-encoded. */
  readonly path: string;
  /** false: the client waits for a word before it sends the body (`Expect: 100-continue`), and was given none. */
  readonly bodyComes: boolean;
  /** Who asks, as the activity log names them. */
  readonly who: () => string;
}

/** A part of the server: all requests whose path begins with the prefix. */
export interface Route {
  readonly prefix: string;
  /** May throw and reject: the answer is then 500, and the log has the reason. */
  readonly take: (exchange: Exchange) => void | Promise<void>;
}

/** What is sent back. */
export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: string | Uint8Array;
}

/** The statuses that we answer with, and their names (RFC 9110). */
const REASONS: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [411, 'Length Required'],
  [413, 'Content Too Large'],
  [431, 'Request Header Fields Too Large'],
  [500, 'Internal Server Error'],
]);

/** The name of a status. */
export const reasonOf = (status: number): string => REASONS.get(status) ?? 'Unknown';

/** The page that goes with an error. */
export const errorPage = (status: number): string =>
  `<head>\r\n<title>Error response</title>\r\n</head>\r\n<body>\r\n<h1>Error response</h1>\r\n` +
  `<p>Error code ${status}.\r\n<p>Message: ${reasonOf(status)}.\r\n</body>\r\n`;

/** Sends an answer whose length is known. A client that has gone meanwhile is no error. */
export function send({ response }: Exchange, { status, headers = {}, body }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** Sends an error with its page. */
export const sendError = (exchange: Exchange, status: number, headers: OutgoingHttpHeaders = {}): void =>
  send(exchange, { status, headers: { 'Content-Type': 'text/html', ...headers }, body: errorPage(status) });

/**
 * Refuses a request. Its body is read to the end and thrown away first: closing a connection with unread bytes would
 * destroy the answer on its way.
 */
export async function refuse(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders = {},
): Promise<void> {
  if (exchange.bodyComes) await readBody(exchange.request, 0);
  sendError(exchange, status, headers);
}
