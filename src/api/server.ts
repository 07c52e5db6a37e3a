/**
 * Opens a server: the socket at once, everything behind it with the first connection. So a program that is started right
 * after can connect already, and a container in which nobody asks anything never loads node:http.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { inetName, type InetPlace, listenAtInet } from './inet-socket.ts';
import { removeAtExit } from './remove-at-exit.ts';
import { type Service } from './service.ts';
import { listenAtUnix, type UnixPlace } from './unix-socket.ts';

/** Where a server listens. */
export type ServerPlace = UnixPlace | InetPlace;

/** An open server. */
export interface OpenServer {
  /** As it is written in the activity log. */
  readonly name: string;
  /** Takes no more clients, removes the socket, lets answers go out that are ready, closes every connection. */
  close(): Promise<void>;
}

/** What a server is made of. */
export interface ServerOptions {
  readonly place: ServerPlace;
  /** Loads what answers; asked once, when the first client connects. */
  readonly load: () => Promise<Service>;
  /** Is told when that fails. */
  readonly failed: (error: unknown) => void;
  /** Is told when a client has gone. */
  readonly left: () => void;
  /** Signals that the daemon answers itself: they do not end it (see remove-at-exit.ts). */
  readonly ownSignals: readonly string[];
}

// A connection that went without a word is noticed by the kernel's own probes.
const serverOptions = {
  allowHalfOpen: true,
  pauseOnConnect: true,
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
};

const ignore = (): void => undefined;

/** Two turns of the event loop: what was answered in this one is with the kernel then. */
const answersGone = async (): Promise<void> => {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
};

interface Greeter {
  readonly greet: (socket: Socket) => void;
  readonly close: () => Promise<void>;
}

function greeter({ load, failed, left }: ServerOptions): Greeter {
  let service: Promise<Service> | undefined;
  const greet = (socket: Socket): void => {
    // Until the service has it, nobody else would hear that it broke.
    socket.on('error', ignore);
    socket.once('close', left);
    service ??= load();
    service.then(
      (loaded) => loaded.accept(socket),
      (error: unknown) => {
        service = undefined;
        socket.destroy();
        failed(error);
      },
    );
  };
  const close = async (): Promise<void> => {
    if (service === undefined) return;
    await answersGone();
    (await service).close();
  };
  return { greet, close };
}

async function listen(server: Server, place: ServerPlace): Promise<(() => void) | undefined> {
  if (place.kind === 'unix') return listenAtUnix(server, place);
  await listenAtInet(server, place);
  return undefined;
}

/**
 * Opens a server.
 *
 * @throws ListenError
 */
export async function openServer(options: ServerOptions): Promise<OpenServer> {
  const { place } = options;
  const { greet, close } = greeter(options);
  const server = createServer(serverOptions, greet);
  const remove = await listen(server, place);
  // Later: what is to be started now shall not wait for it.
  const forget = remove && new Promise(setImmediate).then(() => removeAtExit(remove, options.ownSignals));
  return {
    name: place.kind === 'unix' ? place.file : inetName(place),
    close: async () => {
      server.close();
      remove?.();
      (await forget)?.();
      await close();
    },
  };
}
