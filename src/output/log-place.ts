import { statSync } from 'node:fs';
import { type StreamPlace } from './stream-target.ts';

/** What a log path names: nothing, one of our own descriptors or a device, or a file that can be rotated. */
export type LogPlace = { readonly kind: 'nowhere' } | { readonly kind: 'file' } | StreamPlaceOf;

interface StreamPlaceOf {
  readonly kind: 'stream';
  readonly place: StreamPlace;
}

const named = new Map<string, LogPlace>([
  ['/dev/null', { kind: 'nowhere' }],
  ['/dev/stdout', { kind: 'stream', place: { fd: 1 } }],
  ['/dev/stderr', { kind: 'stream', place: { fd: 2 } }],
]);

/**
 * Looks at a log path. `/dev/stdout`, `/dev/fd/N` and `/proc/self/fd/N` are our own descriptors: opening them anew
 * would fail for a socket or another uid's pipe. What exists and is no regular file is a stream. A directory is a
 * file: opening it tells what is wrong.
 */
export function lookAtLogPath(path: string): LogPlace {
  return (
    named.get(path) ??
    ownDescriptor(path) ??
    (isDevice(path) ? { kind: 'stream', place: { path } } : { kind: 'file' })
  );
}

function ownDescriptor(path: string): LogPlace | undefined {
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d{1,6})$/.exec(path)?.[1];
  return number === undefined ? undefined : { kind: 'stream', place: { fd: Number(number) } };
}

function isDevice(path: string): boolean {
  try {
    const stat = statSync(path);
    return stat.isFIFO() || stat.isCharacterDevice();
  } catch {
    // Not there yet, or out of our reach (EACCES, ENOTDIR, ELOOP): opening it tells what is wrong.
    return false;
  }
}
