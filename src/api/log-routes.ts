/** `GET /logtail/…` and `GET /mainlogtail`: logs as endless streams. Source: Supervisor's http.py, logtail_handler. */
import { statSync } from 'node:fs';
import { type Control, type LogPlace } from './control.ts';
import { type Exchange, refuse, type Route, send } from './exchange.ts';
import { LogStream, readable, type ReadablePlace } from './log-stream.ts';
import { find } from './namespec.ts';

/** nginx would hold the stream back. */
const streamHeaders = { 'Content-Type': 'text/plain;charset=utf-8', 'X-Accel-Buffering': 'no' };

/** Where a log is now, if it can be read. */
type Locate = () => ReadablePlace | undefined;

function stream({ response }: Exchange, place: ReadablePlace, locate: Locate): void {
  if (place.kind === 'file') response.setHeader('Last-Modified', statSync(place.path).mtime.toUTCString());
  const log = new LogStream({ response, place, find: locate });
  response.writeHead(200, streamHeaders);
  response.flushHeaders();
  log.begin();
}

async function serve(exchange: Exchange, locate: Locate): Promise<void> {
  const { method } = exchange.request;
  if (method !== 'GET' && method !== 'HEAD') return refuse(exchange, 405, { Allow: 'GET, HEAD' });
  const place = locate();
  if (place === undefined) return refuse(exchange, 404);
  exchange.request.resume();
  if (method === 'HEAD') return send(exchange, { status: 200, headers: streamHeaders, body: '' });
  stream(exchange, place, locate);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Half an escape: it names nothing.
    return '';
  }
}

/** `/logtail/NAME` or `/logtail/NAME/CHANNEL`. */
function processLog(control: Control, path: string): LogPlace | undefined {
  const [, , name = '', channel = 'stdout', ...more] = decoded(path).split('/');
  if (more.length > 0 || (channel !== 'stdout' && channel !== 'stderr')) return undefined;
  return find(control, name)?.process?.log(channel);
}

/** The routes of the log streams. `control` is asked at each request: a restart brings another one. */
export const logRoutes = (control: () => Control): readonly Route[] => [
  {
    prefix: '/logtail',
    take: (exchange) => serve(exchange, () => readable(processLog(control(), exchange.path))),
  },
  { prefix: '/mainlogtail', take: (exchange) => serve(exchange, () => readable(control().activityLog)) },
];
