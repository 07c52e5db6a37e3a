import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { env, cwd, getuid } from 'node:process';
import { type FileStatus, type FileText, type Host, type Users } from './host.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);

/** Far more than any configuration has. A device without an end (`-c /dev/zero`) must not fill the memory. */
const largestFileBytes = 64 * 1024 * 1024;

function readFile(path: string): FileText {
  try {
    const fd = openSync(path, 'r');
    try {
      return readAll(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const cause = codeOf(error);
    return cause === 'ENOENT' || cause === 'ENOTDIR' ? { kind: 'missing' } : { kind: 'unreadable', cause };
  }
}

function readAll(fd: number): FileText {
  const parts: Buffer[] = [];
  for (let total = 0; total <= largestFileBytes;) {
    const part = Buffer.allocUnsafe(64 * 1024);
    const count = readSync(fd, part);
    if (count === 0) return { kind: 'text', text: Buffer.concat(parts).toString() };
    parts.push(part.subarray(0, count));
    total += count;
  }
  return { kind: 'unreadable', cause: 'it is larger than 64 MB' };
}

function listDirectory(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

function stat(path: string): FileStatus | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { isDirectory: found.isDirectory(), mode: found.mode & 0o7777 };
  } catch {
    return undefined;
  }
}

function hasEntry(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** PID 1 may have been started in a directory that is gone. */
function workingDirectory(): string {
  try {
    return cwd();
  } catch {
    return '/';
  }
}

function environment(): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) if (value !== undefined) all.set(name, value);
  return all;
}

/** The machine that we run on. An answer that cannot be had is "no", never an exception. */
export function machineHost(users: Users): Host {
  return {
    ...users,
    readFile,
    listDirectory,
    stat,
    hasEntry,
    isExecutable,
    uid: getuid?.() ?? 0,
    environment: environment(),
    cwd: workingDirectory(),
    nodename: hostname(),
  };
}
