/**
 * A unix socket that only those can connect to who may, from its first moment on.
 *
 * It is bound under a temporary name with mode 0600, given its owner and mode there, and only then appears under its own
 * name, by link(2), which never replaces anything: of two daemons one wins. Supervisor does it in the same order, but with
 * the umask's mode (http.py, supervisor_af_unix_http_server).
 */
import { chmodSync, chownSync, existsSync, linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { createConnection, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { ChownError, codeOf, ListenError, listening, type Owner } from './listening.ts';

/** Where a unix socket is, and whose. */
export interface UnixPlace {
  readonly kind: 'unix';
  readonly file: string;
  /** Permission bits. */
  readonly chmod: number;
  readonly chown: Owner | undefined;
}

/** sun_path without its final NUL (unix(7)). */
const maxPathBytes = 107;

const removeIfThere = (path: string): void => {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
};

/** Whether somebody answers there. A full queue (EAGAIN) is somebody, too. */
function isAnswered(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = createConnection(path);
  probe.once('connect', () => resolve(true));
  probe.once('error', (error) => resolve(codeOf(error) === 'EAGAIN' || codeOf(error) === 'EACCES'));
  return promise.finally(() => probe.destroy());
}

/** Gives the socket its name. Returns false when the name is taken. */
function appear(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    unlinkSync(temporary);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
    // Some mounted file systems know no hard links.
    renameSync(temporary, path);
    return true;
  }
}

async function clearStale(path: string): Promise<void> {
  if (!lstatSync(path).isSocket()) throw new ListenError(path, 'there is something else of that name');
  if (await isAnswered(path)) throw new ListenError(path, 'another server is listening there', 'EADDRINUSE');
  removeIfThere(path);
}

/** Binding cannot wait, so no other code of ours runs with this umask. */
function bindPrivately(server: Server, file: string, temporary: string): Promise<void> {
  const umask = process.umask(0o177);
  try {
    return listening(server, file, { path: temporary });
  } finally {
    process.umask(umask);
  }
}

function chown(path: string, { file, chown: owner }: UnixPlace): void {
  if (owner === undefined) return;
  try {
    chownSync(path, owner.uid, owner.gid);
  } catch (error) {
    throw codeOf(error) === 'EPERM' ? new ChownError(file, owner) : error;
  }
}

/** A name in the same folder that fits wherever the socket's own name does; hidden, where there is room for that. */
function temporaryFor(file: string): string {
  const own = basename(file);
  const roomBytes = maxPathBytes - Buffer.byteLength(file) + Buffer.byteLength(own);
  const random = Math.random().toString(36).slice(2, 8);
  const name = roomBytes > 1 ? `.${random}`.slice(0, roomBytes) : random.slice(0, 1);
  return name === own ? temporaryFor(file) : join(dirname(file), name);
}

/**
 * Takes the socket away at the end, unless another daemon's is there by now. Where that cannot be done (a file system that
 * is read-only by now, a folder that is somebody else's) it stays, as with Supervisor: it is no reason not to end.
 */
function remover(path: string): () => void {
  const ours = lstatSync(path);
  return () => {
    try {
      const there = lstatSync(path, { throwIfNoEntry: false });
      if (there !== undefined && there.ino === ours.ino && there.dev === ours.dev) unlinkSync(path);
    } catch {
      // Whoever listens there next takes it over.
    }
  };
}

/**
 * Makes the server listen at the place. A socket that nobody listens at any more is replaced.
 *
 * @returns what removes the socket
 * @throws ListenError
 */
export async function listenAtUnix(server: Server, place: UnixPlace): Promise<() => void> {
  const { file } = place;
  if (Buffer.byteLength(file) > maxPathBytes)
    throw new ListenError(file, `the path is longer than ${maxPathBytes} bytes`);
  // libuv calls this EACCES.
  if (!existsSync(dirname(file)))
    throw new ListenError(file, `there is no folder ${dirname(file)}`, 'ENOENT');
  const temporary = temporaryFor(file);
  await bindPrivately(server, file, temporary);
  try {
    chown(temporary, place);
    chmodSync(temporary, place.chmod);
    // Each round somebody else may have taken the name again; then there is a server.
    for (let round = 0; !appear(temporary, file); round++) {
      if (round > 2) throw new ListenError(file, 'others keep taking the name');
      // oxlint-disable-next-line eslint/no-await-in-loop -- one round after the other
      await clearStale(file);
    }
    return remover(file);
  } catch (error) {
    removeIfThere(temporary);
    server.close();
    throw error instanceof ListenError
      ? error
      : new ListenError(file, codeOf(error) ?? String(error), codeOf(error));
  }
}
