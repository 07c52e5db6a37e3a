import { type Socket } from 'node:net';

/** The other side of a connection. */
export interface Peer {
  /** As the activity log names it: `uid 0 (pid 812)`, `10.0.0.3:51544`. */
  readonly text: string;
}

/** What the kernel knows of the process at the other end of a unix socket (SO_PEERCRED, unix(7)). */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
}

/** Asks the kernel for them; undefined: it does not say. */
export type ReadPeerCredentials = (fd: number) => PeerCredentials | undefined;

/** The descriptor of a socket: Node shows it only on the handle behind it. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = handle !== null && typeof handle === 'object' ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

function textOf(socket: Socket, readCredentials: ReadPeerCredentials): string {
  if (socket.remoteAddress !== undefined) return `${socket.remoteAddress}:${socket.remotePort}`;
  const fd = descriptorOf(socket);
  if (fd === undefined) return 'a client that has gone';
  const credentials = readCredentials(fd);
  return credentials === undefined ? 'a local process' : `uid ${credentials.uid} (pid ${credentials.pid})`;
}

/**
 * Makes a function that names the other side of a connection, and asks the kernel only once for each. To name it when it
 * has gone, it must have been named before.
 */
export function peerNamer(readCredentials: ReadPeerCredentials): (socket: Socket) => Peer {
  const known = new WeakMap<Socket, Peer>();
  return (socket) => {
    const peer = known.get(socket) ?? { text: textOf(socket, readCredentials) };
    known.set(socket, peer);
    return peer;
  };
}
