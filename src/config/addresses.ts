import { type Datatype } from './datatype.ts';
import { parseInteger } from './datatypes.ts';
import { pythonRepr } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** Where a server listens. `host` in lower case, without the brackets of IPv6; empty: everywhere. */
export interface InetAddress {
  readonly host: string;
  readonly port: number;
}

function parsePort(text: string): number {
  const port = parseInteger(text);
  if (port < 1) throw new ValueError(`${port} is below lower bound (1)`, 'a port is from 1 to 65535');
  if (port > 65_535)
    throw new ValueError(`${port} is above upper bound (65535)`, 'a port is from 1 to 65535');
  return port;
}

function parseLonePort(text: string): number {
  try {
    return parsePort(text);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(`not a valid port number: ${pythonRepr(text)} `, error.message);
  }
}

/** `host:port`, `*:port`, `:port`, `port`; ours: `[::1]:port`. */
export const inetAddress: Datatype<InetAddress> = {
  expects: 'HOST:PORT, *:PORT or PORT',
  parse: (text) => {
    const colon = text.lastIndexOf(':');
    if (colon === -1) return { host: '', port: parseLonePort(text) };
    const portText = text.slice(colon + 1);
    if (portText === '')
      throw new ValueError(`no port number specified in ${pythonRepr(portText)}`, 'the port is missing');
    const host = text
      .slice(0, colon)
      .toLowerCase()
      .replace(/^\[(?<address>.*)\]$/, '$<address>');
    return { host: host === '*' ? '' : host, port: parsePort(portText) };
  },
};

/** The listening socket of a FastCGI group, as written. */
export type FcgiAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** `unix:///absolute/path` or `tcp://host:port`. Supervisor's texts look like tuples. */
export const fcgiSocket: Datatype<FcgiAddress> = {
  expects: 'unix:///absolute/path or tcp://HOST:PORT',
  parse: (text) => {
    if (text.startsWith('unix://')) {
      const path = text.slice(7);
      if (path.startsWith('/')) return { kind: 'unix', path };
      throw new ValueError(
        `('Unix socket path %s is not an absolute path', ${pythonRepr(path)})`,
        'the path is not absolute',
      );
    }
    const match = /^tcp:\/\/(?<host>[^\s:]+):(?<port>\d+)$/.exec(text);
    if (match === null) throw new ValueError(`('Bad socket format %s', ${pythonRepr(text)})`);
    const { host = '', port = '' } = match.groups ?? {};
    return { kind: 'tcp', host: host.toLowerCase(), port: parsePort(port) };
  },
};
