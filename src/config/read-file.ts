import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { textOfBytes } from '../core/byte-text.ts';
import { type FileText } from './host.ts';

/** Far more than any configuration has. A device without an end (`-c /dev/zero`) must not fill the memory. */
const largestConfigurationMb = 64;

const oneMb = 1024 * 1024;

/** How a file is read. */
interface Reader {
  readonly flags: number;
  readonly largestMb: number;
  readonly textOf: (bytes: Buffer) => string;
}

const configuration: Reader = {
  flags: constants.O_RDONLY,
  largestMb: largestConfigurationMb,
  textOf: String,
};

/** Reads a file of the configuration. It may be a pipe, whose end is waited for: `-c <(…)`. */
export const readConfiguration = (path: string): FileText => read(path, configuration);

/**
 * Reads a file of values for programs, whose bytes need not be UTF-8 (byte-text.ts). It is read while programs run:
 * never waits, as opening a pipe without a writer would (fifo(7)).
 */
export const readValues = (path: string, largestMb: number): FileText =>
  read(path, { flags: constants.O_RDONLY | constants.O_NONBLOCK, largestMb, textOf: textOfBytes });

function read(path: string, reader: Reader): FileText {
  try {
    const fd = openSync(path, reader.flags);
    try {
      return isReadable(fd, reader) ? readAll(fd, reader) : { kind: 'unreadable', cause: 'it is not a file' };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const cause = codeOf(error);
    return cause === 'ENOENT' || cause === 'ENOTDIR' ? { kind: 'missing' } : { kind: 'unreadable', cause };
  }
}

/** A device is allowed, for the sake of /dev/null. */
function isReadable(fd: number, { flags }: Reader): boolean {
  if ((flags & constants.O_NONBLOCK) === 0) return true;
  const stat = fstatSync(fd);
  return stat.isFile() || stat.isCharacterDevice();
}

function readAll(fd: number, { largestMb, textOf }: Reader): FileText {
  const parts: Buffer[] = [];
  for (let total = 0; total <= largestMb * oneMb;) {
    const part = Buffer.allocUnsafe(64 * 1024);
    const count = readSync(fd, part);
    if (count === 0) return { kind: 'text', text: textOf(Buffer.concat(parts)) };
    parts.push(part.subarray(0, count));
    total += count;
  }
  return { kind: 'unreadable', cause: `it is larger than ${largestMb} MB` };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
