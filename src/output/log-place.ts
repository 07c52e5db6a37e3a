import { readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
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
 * Looks at a log path. `/dev/stdout`, `/dev/fd/N` and `/proc/self/fd/N` are our own descriptors, also behind symbolic
 * links, as images have them in /var/log: opening them anew would fail for a socket or another uid's pipe. What exists
 * and is no regular file is a stream. A directory is a file: opening it tells what is wrong.
 */
export function lookAtLogPath(path: string): LogPlace {
  return ownPlace(path) ?? (isDevice(path) ? { kind: 'stream', place: { path } } : { kind: 'file' });
}

/** The kernel follows forty links and no more (path_resolution(7)). */
function ownPlace(path: string, linkCount = 40): LogPlace | undefined {
  const place = named.get(path) ?? ownDescriptor(path);
  if (place !== undefined || linkCount === 0) return place;
  const target = linkTarget(path);
  return target === undefined ? undefined : ownPlace(target, linkCount - 1);
}

/** Where a symbolic link leads; undefined: it is none. */
function linkTarget(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    // No link, not there, or out of our reach: looking at the path itself, or opening it, tells what is wrong.
    return undefined;
  }
}

function ownDescriptor(path: string): LogPlace | undefined {
  const [, number] = /\/(\d{1,6})$/.exec(path) ?? [];
  const isOwn = number !== undefined && isOwnFolder(dirname(path));
  return isOwn ? { kind: 'stream', place: { fd: Number(number) } } : undefined;
}

const ownFolder = new RegExp(`^(/dev|/proc/(self|${process.pid})(/task/\\d+)?)/fd$`);

/** Whether a folder is our descriptors', by whatever way it is reached (/proc/thread-self/fd). */
function isOwnFolder(folder: string): boolean {
  if (ownFolder.test(folder)) return true;
  try {
    return ownFolder.test(realpathSync(folder));
  } catch {
    // Not there, or out of our reach.
    return false;
  }
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
