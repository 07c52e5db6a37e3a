/** `GET /api/v1/events`: everything that event listeners are told, as server-sent events (HTML standard, 9.2). */
import { type Exchange, refuse, type Route } from './exchange.ts';

/** One event: its name in Supervisor's event system, and its payload. */
export interface StreamedEvent {
  readonly type: string;
  readonly payload: string;
}

/** Tells of every event from now on. Dispose to end that. */
export type WatchEvents = (take: (event: StreamedEvent) => void) => Disposable;

const path = '/api/v1/events';
const headers = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};

/** A client that lets this much pile up is cut off: it can come back, and the programs cannot wait. */
const mostUnreadBytes = 1024 * 1024;

/** The text of one event: a payload of several lines has several fields, which the client joins again. */
export const eventText = ({ type, payload }: StreamedEvent): string =>
  `event: ${type}\n${payload
    .split(/\r\n|\n|\r/)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;

function stream({ response }: Exchange, watch: WatchEvents): void {
  response.writeHead(200, headers);
  response.flushHeaders();
  const watching = watch((event) => {
    if (response.writableLength > mostUnreadBytes) response.destroy();
    else if (!response.destroyed) response.write(eventText(event));
  });
  response.once('close', () => watching[Symbol.dispose]());
}

/** The route of the stream. */
export const eventsRoute = (watch: WatchEvents): Route => ({
  prefix: path,
  take: (exchange) => {
    if (exchange.path !== path) return refuse(exchange, 404);
    if (exchange.request.method !== 'GET') return refuse(exchange, 405, { Allow: 'GET' });
    exchange.request.resume();
    return stream(exchange, watch);
  },
});
