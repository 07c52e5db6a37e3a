/** Who is at the other end of a unix socket (SO_PEERCRED, unix(7)). */
import { libc } from './libc.ts';

/** <asm-generic/socket.h> */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

/** struct ucred { pid_t pid; uid_t uid; gid_t gid; }, <bits/socket.h> */
const credentials = new Int32Array(32);
const length = new Uint32Array(32);
const credentialBytes = 12;

/** The process that connected, as the kernel saw it then. */
export interface PeerCredentials {
  /** 0: a process that is not visible in our pid namespace. */
  readonly pid: number;
  readonly uid: number;
}

/** Asks the kernel. @returns undefined when the descriptor is no unix socket that somebody connected to */
export function peerCredentials(fd: number): PeerCredentials | undefined {
  length[0] = credentialBytes;
  if (libc.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length) === -1) return undefined;
  const [pid = 0, uid = -1] = credentials;
  // uid_t is unsigned; a socket that is no unix socket has (uid_t) -1.
  return uid === -1 ? undefined : { pid, uid: uid >>> 0 };
}
