import { type Socket as DatagramSocket } from 'node:dgram';

/** What a connection tells. After `closed` it tells nothing more. */
export interface ConnectionEvents {
  readonly opened: () => void;
  /** It could not be made, or has ended; without an error: the server has ended it. */
  readonly closed: (error: Error | undefined) => void;
}

/** A way to a server that is being made, or is there. */
export interface Connection {
  /** Sends one message, once opened; calls back when the kernel has taken it, or not. */
  send(message: Uint8Array, done: (error: Error | null | undefined) => void): void;
  /** Lets go. Tells nothing more. */
  close(): void;
}

/** Where a connection goes. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A TCP connection; each message is preceded by its length (RFC 6587, 3.4.1: octet counting). */
export function connectTcp(endpoint: Endpoint, events: ConnectionEvents): Connection {
  const once = onlyOnce(events.closed);
  // Loaded when it is needed, as node:dns and node:dgram below: a plain start must not pay for them.
  const socket = process
    .getBuiltinModule('node:net')
    .createConnection({ ...endpoint, noDelay: true, keepAlive: true });
  let failure: Error | undefined;
  socket.once('connect', events.opened);
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => once.call(failure));
  // A server that ends its side will not read what we send.
  socket.on('end', () => socket.destroy());
  // What it says is not for us, and its end is only seen by reading.
  socket.resume();
  return {
    send: (message, done) => {
      socket.cork();
      socket.write(`${message.length} `, 'latin1');
      socket.write(message, done);
      socket.uncork();
    },
    close: () => {
      once.cancel();
      socket.destroy();
    },
  };
}

/** A UDP socket that is connected, so that the server's absence is told (RFC 5426). The name is looked up once. */
export function connectUdp({ host, port }: Endpoint, events: ConnectionEvents): Connection {
  const once = onlyOnce(events.closed);
  let socket: DatagramSocket | undefined;
  let isClosed = false;
  const fail = (error: Error): void => {
    if (!isClosed) socket?.close();
    isClosed = true;
    once.call(error);
  };
  process.getBuiltinModule('node:dns').lookup(host, (error, address, family) => {
    if (isClosed) return;
    if (error !== null) return fail(error);
    socket = process.getBuiltinModule('node:dgram').createSocket(family === 6 ? 'udp6' : 'udp4');
    socket.on('error', fail);
    socket.once('connect', events.opened);
    socket.connect(port, address);
  });
  return {
    send: (message, done) => socket?.send(message, done),
    close: () => {
      once.cancel();
      if (!isClosed) socket?.close();
      isClosed = true;
    },
  };
}

function onlyOnce(callback: (error: Error | undefined) => void): {
  readonly call: (error: Error | undefined) => void;
  readonly cancel: () => void;
} {
  let isDone = false;
  return {
    call: (error) => {
      if (isDone) return;
      isDone = true;
      callback(error);
    },
    cancel: () => {
      isDone = true;
    },
  };
}
