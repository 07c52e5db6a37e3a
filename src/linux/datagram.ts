/** A unix datagram socket to somebody who listens at a path: how local programs reach syslog (unix(7), syslog(3)). */
import { closeFd } from './descriptors.ts';
import { check, libc, LibcError } from './libc.ts';
import { AF_UNIX, unixAddress } from './socket-address.ts';

/** <bits/socket.h>, <bits/socket_type.h>, <sys/un.h> */
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** What says that the receiver has not read enough yet. */
const fullCodes: ReadonlySet<string> = new Set(['EAGAIN', 'ENOBUFS']);

/** A socket that is connected to one receiver. It never waits. */
export class UnixDatagram implements Disposable {
  readonly #fd: number;

  /** @throws LibcError ENOENT, ECONNREFUSED: nobody is there; EACCES; EPROTOTYPE: not a datagram socket; EMFILE */
  constructor(path: string) {
    this.#fd = check('socket', libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    try {
      const address = unixAddress(path);
      check('connect', libc.connect(this.#fd, address, address.length));
    } catch (error) {
      closeFd(this.#fd);
      throw error;
    }
  }

  /**
   * Sends one message.
   *
   * @returns false when the receiver's queue is full (net.unix.max_dgram_qlen messages)
   * @throws LibcError ECONNREFUSED, ENOTCONN: the receiver has gone; EMSGSIZE: longer than the send buffer
   */
  send(message: Uint8Array): boolean {
    const length = BigInt(message.length);
    try {
      check('send', Number(libc.send(this.#fd, message, length, MSG_DONTWAIT | MSG_NOSIGNAL)));
      return true;
    } catch (error) {
      if (error instanceof LibcError && fullCodes.has(error.code)) return false;
      throw error;
    }
  }

  /** Lets go of the descriptor. */
  [Symbol.dispose](): void {
    closeFd(this.#fd);
  }
}
