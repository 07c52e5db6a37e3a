import { type ListenOptions, type Server } from 'node:net';

/** A server cannot be opened. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** The errno name, where the kernel refused: `EADDRINUSE`. */
  readonly code: string | undefined;

  constructor(where: string, cause: string, code?: string) {
    super(`cannot listen at ${where}: ${cause}`);
    this.code = code;
  }
}

/** Whose a socket is to be. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** A unix socket cannot be given to its owner: the kernel lets only root do that (chown(2), EPERM). */
export class ChownError extends ListenError {
  readonly path: string;
  readonly owner: Owner;

  constructor(path: string, owner: Owner) {
    super(path, `not permitted to give it to uid ${owner.uid}, gid ${owner.gid}`, 'EPERM');
    this.path = path;
    this.owner = owner;
  }
}

/** The name of a system error. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** How many clients may wait to be accepted; one more gets EAGAIN. The kernel allows no more (net.core.somaxconn). */
const backlog = 4096;

const CAUSES: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'another program is listening there'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['EACCES', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
]);

/**
 * Begins to listen. Binding happens before this returns; the promise tells how it went.
 *
 * @throws ListenError
 */
export function listening(server: Server, where: string, options: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (error: Error): void => {
    const code = codeOf(error);
    reject(new ListenError(where, CAUSES.get(code ?? '') ?? error.message, code));
  };
  server.once('error', fail);
  server.once('listening', () => {
    server.off('error', fail);
    resolve();
  });
  server.listen({ backlog, ...options });
  return promise;
}
