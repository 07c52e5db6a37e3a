import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { cwd, getuid } from 'node:process';
import { type FileStatus, type Host, type Users } from './host.ts';
import { readConfiguration, readValues } from './read-file.ts';

/** Far more than any list of variables has. */
const largestEnvFileMb = 16;

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

/** The machine that we run on. An answer that cannot be had is "no", never an exception. */
export function machineHost(users: Users, environment: Host['environment']): Host {
  return {
    ...users,
    readFile: readConfiguration,
    readValues: (path) => readValues(path, largestEnvFileMb),
    listDirectory,
    stat,
    hasEntry,
    isExecutable,
    uid: getuid?.() ?? 0,
    environment,
    cwd: workingDirectory(),
    nodename: hostname(),
  };
}
