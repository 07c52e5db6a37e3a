/** Sockets that listen, made for programs that accept on them: FastCGI, socket activation (socket(2), listen(2)). */
import { chmodSync, chownSync, unlinkSync } from 'node:fs';
import { closeFd } from './descriptors.ts';
import { check, libc } from './libc.ts';
import { AF_UNIX, inetAddress, unixAddress } from './socket-address.ts';

/** <bits/socket_type.h>, <asm-generic/socket.h> */
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/** The kernel cuts it down to net.core.somaxconn. */
const longestBacklog = 65_535;

/** A unix socket. */
export interface UnixListener {
  readonly path: string;
  readonly mode: number;
  /** undefined: ours. A group that is undefined stays as it is. */
  readonly owner: { readonly uid: number; readonly gid: number | undefined } | undefined;
  /** undefined: the longest queue that the kernel allows. */
  readonly backlog: number | undefined;
}

/** A TCP socket; `host` is an IPv4 or IPv6 address. */
export interface TcpListener {
  readonly host: string;
  readonly port: number;
  readonly backlog: number | undefined;
}

/**
 * Listens at a path; what was there is removed first, as Supervisor does.
 *
 * @returns the descriptor, blocking and close-on-exec
 * @throws LibcError EADDRINUSE, EACCES, ENOENT; SystemError of chown, chmod
 */
export function listenUnix({ path, mode, owner, backlog = longestBacklog }: UnixListener): number {
  removeStale(path);
  return socketWith(AF_UNIX, (fd) => {
    const address = unixAddress(path);
    bindPrivately(fd, address);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid ?? -1);
    chmodSync(path, mode);
    check('listen', libc.listen(fd, backlog));
  });
}

/**
 * Listens at an address and a port.
 *
 * @returns the descriptor, blocking and close-on-exec; undefined: `host` is not an address
 * @throws LibcError EADDRINUSE, EADDRNOTAVAIL, EACCES
 */
export function listenTcp({ host, port, backlog = longestBacklog }: TcpListener): number | undefined {
  const found = inetAddress(host, port);
  if (found === undefined) return undefined;
  return socketWith(found.family, (fd) => {
    const yes = Buffer.alloc(4);
    yes.writeInt32LE(1);
    check('setsockopt', libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, yes, yes.length));
    check('bind', libc.bind(fd, found.address, found.address.length));
    check('listen', libc.listen(fd, backlog));
  });
}

/** Nobody else may connect between bind and chmod. */
function bindPrivately(fd: number, address: Buffer): void {
  const own = libc.umask(0o177);
  try {
    check('bind', libc.bind(fd, address, address.length));
  } finally {
    libc.umask(own);
  }
}

function socketWith(family: number, prepare: (fd: number) => void): number {
  const fd = check('socket', libc.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  try {
    prepare(fd);
    return fd;
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
