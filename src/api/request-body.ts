import { type IncomingMessage } from 'node:http';

/** What became of a request's body. */
export type Body =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  /** It was longer than allowed; the rest was thrown away. */
  | { readonly kind: 'tooLarge' }
  /** It did not come in time, or the client has gone: the connection is closed. */
  | { readonly kind: 'lost' };

// As long as a client on a bad line needs for the largest body; a slower one holds up nobody but itself.
const patienceMs = 30_000;

/** Reads a body to its end; of a longer one than `maxBytes` nothing is kept. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const { promise, resolve } = Promise.withResolvers<Body>();
  const timer = setTimeout(() => request.destroy(), patienceMs);
  timer.unref();
  request.on('data', (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > maxBytes) chunks.length = 0;
    else chunks.push(chunk);
  });
  request.once('end', () =>
    resolve(length > maxBytes ? { kind: 'tooLarge' } : { kind: 'whole', bytes: Buffer.concat(chunks) }),
  );
  request.on('error', () => resolve({ kind: 'lost' }));
  request.once('close', () => resolve({ kind: 'lost' }));
  return promise.finally(() => clearTimeout(timer));
}
