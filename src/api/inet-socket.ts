import { isIP, type Server } from 'node:net';
import { codeOf, ListenError, listening } from './listening.ts';

/** Where a TCP server listens. `host` empty: at every address. */
export interface InetPlace {
  readonly kind: 'inet';
  readonly host: string;
  readonly port: number;
}

// Supervisor knows IPv4 only, and its clients connect to what `localhost` means there.
async function addressOf(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  if (host === 'localhost') return '127.0.0.1';
  const { lookup } = await import('node:dns/promises');
  const addresses = await lookup(host, { all: true });
  const found = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (found === undefined) throw new Error('the name has no address');
  return found.address;
}

/** The address as it is written: `127.0.0.1:9001`, `[::1]:9001`, `*:9001`. */
export const inetName = ({ host, port }: InetPlace): string =>
  `${isIP(host) === 6 ? `[${host}]` : host === '' ? '*' : host}:${port}`;

/**
 * Makes the server listen at the place.
 *
 * @throws ListenError
 */
export async function listenAtInet(server: Server, place: InetPlace): Promise<void> {
  const name = inetName(place);
  if (place.host === '') return listening(server, name, { port: place.port });
  let host: string;
  try {
    host = await addressOf(place.host);
  } catch (error) {
    throw new ListenError(name, `cannot resolve ${place.host}: ${codeOf(error) ?? String(error)}`);
  }
  return listening(server, name, { host, port: place.port });
}
