/** Unix sockets to somebody who takes messages at a path: how local programs reach syslog (unix(7), syslog(3)). */
import { closeFd } from './descriptors.ts';
import { check, libc, LibcError } from './libc.ts';
import { AF_UNIX, unixAddress } from './socket-address.ts';

/** <bits/socket.h>, <bits/socket_type.h>, <sys/un.h> */
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** What says that the receiver has not read enough yet. */
const fullCodes: ReadonlySet<string> = new Set(['EAGAIN', 'ENOBUFS']);

const endOfMessage = Uint8Array.of(0);

/** A connection to one receiver of messages. It never waits. */
export interface MessageSocket extends Disposable {
  /**
   * Sends one message. After `false` the same message is to be sent again.
   *
   * @returns false when the receiver has not read enough yet
   * @throws LibcError when the receiver has gone, or cannot take this message
   */
  send(message: Uint8Array): boolean;
}

/**
 * Connects to a receiver, of datagrams or, where it is none (EPROTOTYPE), of a stream, as syslog(3) does.
 *
 * @throws LibcError as UnixDatagram does; EAGAIN: too many others wait for the receiver of a stream
 */
export function connectMessages(path: string): MessageSocket {
  try {
    return new UnixDatagram(path);
  } catch (error) {
    if (error instanceof LibcError && error.code === 'EPROTOTYPE') return new UnixStream(path);
    throw error;
  }
}

function connectTo(path: string, type: number): number {
  const fd = check('socket', libc.socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  try {
    const address = unixAddress(path);
    check('connect', libc.connect(fd, address, address.length));
    return fd;
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

/** @returns the bytes sent; undefined: the receiver has not read enough yet */
function sendSome(fd: number, bytes: Uint8Array): number | undefined {
  try {
    const length = BigInt(bytes.length);
    return check('send', Number(libc.send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL)));
  } catch (error) {
    if (error instanceof LibcError && fullCodes.has(error.code)) return undefined;
    throw error;
  }
}

/** Each message is a datagram. */
export class UnixDatagram implements MessageSocket {
  readonly #fd: number;

  /** @throws LibcError ENOENT, ECONNREFUSED: nobody is there; EACCES; EPROTOTYPE: not a datagram socket; EMFILE */
  constructor(path: string) {
    this.#fd = connectTo(path, SOCK_DGRAM);
  }

  /**
   * Sends one message.
   *
   * @returns false when the receiver's queue is full (net.unix.max_dgram_qlen messages)
   * @throws LibcError ECONNREFUSED, ENOTCONN: the receiver has gone; EMSGSIZE: longer than the send buffer
   */
  send(message: Uint8Array): boolean {
    return sendSome(this.#fd, message) !== undefined;
  }

  /** Lets go of the descriptor. */
  [Symbol.dispose](): void {
    closeFd(this.#fd);
  }
}

/** Messages end in a NUL. One may go in several parts; to the next connection it goes from its beginning. */
class UnixStream implements MessageSocket {
  readonly #fd: number;
  /** Of the message that is being sent. */
  #sentBytes = 0;

  constructor(path: string) {
    this.#fd = connectTo(path, SOCK_STREAM);
  }

  send(message: Uint8Array): boolean {
    const whole = Buffer.concat([message, endOfMessage]);
    while (this.#sentBytes < whole.length) {
      const sent = sendSome(this.#fd, whole.subarray(this.#sentBytes));
      if (sent === undefined) return false;
      this.#sentBytes += sent;
    }
    this.#sentBytes = 0;
    return true;
  }

  [Symbol.dispose](): void {
    closeFd(this.#fd);
  }
}
