/** `GET /logtail/…` and `GET /mainlogtail`: logs as endless streams. Source: Supervisor's http.py, logtail_handler. */
import { statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Control, type LogPlace, type WatchBytes } from './control.ts';
import { type Exchange, refuse, type Route, send } from './exchange.ts';
import { FileGrowth, type Growth, memoryGrowth } from './growth.ts';
import { find } from './namespec.ts';

/** nginx would hold the stream back. */
const streamHeaders = { 'Content-Type': 'text/plain;charset=utf-8', 'X-Accel-Buffering': 'no' };

type Readable = Exclude<LogPlace, { kind: 'none' }>;

/** The folder, not the file: a rotation puts another file in its place. */
const watchFile =
  (path: string): WatchBytes =>
  (changed) => {
    const name = basename(path);
    const watcher = watch(dirname(path), (_event, file) => {
      if (file === name) changed();
    });
    // The folder is gone, and the log with it.
    watcher.on('error', () => watcher.close());
    return { [Symbol.dispose]: () => watcher.close() };
  };

/** What we write into the file, and what others do with it. */
const watchBoth =
  (own: WatchBytes, path: string): WatchBytes =>
  (changed) => {
    const watches = new DisposableStack();
    watches.use(own(changed));
    try {
      watches.use(watchFile(path)(changed));
    } catch {
      // The kernel has no watch left (inotify(7), max_user_watches): what we write is seen all the same.
    }
    return watches;
  };

const watchOf = (place: Readable): WatchBytes => {
  if (place.kind === 'memory') return place.watch;
  return place.watch === undefined ? watchFile(place.path) : watchBoth(place.watch, place.path);
};

const growthOf = (place: Readable): Growth =>
  place.kind === 'memory' ? memoryGrowth(place.bytes) : new FileGrowth(place.path);

/** Passes what is added on to the client, until it goes; as fast as it reads. */
function pass({ response }: Exchange, growth: Growth, watchBytes: WatchBytes): void {
  let isFull = false;
  const write = (): void => {
    for (
      let piece = isFull ? undefined : growth.next();
      piece !== undefined;
      piece = isFull ? undefined : growth.next()
    )
      isFull = !response.write(piece);
  };
  const pump = (): void => {
    // Its watcher may have called before it was told to stop.
    if (response.destroyed) return;
    try {
      write();
    } catch {
      // The file can be read no longer: the client sees the end of the stream.
      response.destroy();
    }
  };
  const watcher = watchBytes(pump);
  response.on('drain', () => {
    isFull = false;
    pump();
  });
  response.once('close', () => {
    watcher[Symbol.dispose]();
    growth[Symbol.dispose]();
  });
  pump();
}

function stream(exchange: Exchange, place: Readable): void {
  const { response } = exchange;
  const growth = growthOf(place);
  if (place.kind === 'file') response.setHeader('Last-Modified', statSync(place.path).mtime.toUTCString());
  response.writeHead(200, streamHeaders);
  response.flushHeaders();
  pass(exchange, growth, watchOf(place));
}

const exists = (place: LogPlace): place is Readable =>
  place.kind === 'memory' ||
  (place.kind === 'file' && statSync(place.path, { throwIfNoEntry: false })?.isFile() === true);

async function serve(exchange: Exchange, place: LogPlace | undefined): Promise<void> {
  const { method } = exchange.request;
  if (method !== 'GET' && method !== 'HEAD') return refuse(exchange, 405, { Allow: 'GET, HEAD' });
  if (place === undefined || !exists(place)) return refuse(exchange, 404);
  exchange.request.resume();
  if (method === 'HEAD') return send(exchange, { status: 200, headers: streamHeaders, body: '' });
  stream(exchange, place);
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
  { prefix: '/logtail', take: (exchange) => serve(exchange, processLog(control(), exchange.path)) },
  { prefix: '/mainlogtail', take: (exchange) => serve(exchange, control().activityLog) },
];
