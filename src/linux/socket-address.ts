/** Addresses of sockets as the kernel takes them: struct sockaddr_un, sockaddr_in, sockaddr_in6 (unix(7), ip(7), ipv6(7)). */
import { LibcError } from './libc.ts';

/** <bits/socket.h> */
export const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

const unixPathBytes = 108;

/** sockaddr_un: a 16-bit family in the machine's order (little-endian on all of ours), and the path. */
export function unixAddress(path: string): Buffer {
  const bytes = Buffer.from(path);
  if (bytes.length >= unixPathBytes) throw new LibcError('connect', 'ENAMETOOLONG');
  const address = Buffer.alloc(2 + unixPathBytes);
  address.writeUInt16LE(AF_UNIX, 0);
  bytes.copy(address, 2);
  return address;
}

/** sockaddr_in or sockaddr_in6; undefined: `host` is a name, not an address. */
export function inetAddress(
  host: string,
  port: number,
): { readonly family: number; readonly address: Buffer } | undefined {
  // Loaded when it is needed: a plain start must not pay for it.
  const { isIPv4, isIPv6 } = process.getBuiltinModule('node:net');
  if (isIPv4(host)) return { family: AF_INET, address: inet4(host, port) };
  if (isIPv6(host)) return { family: AF_INET6, address: inet6(host, port) };
  return undefined;
}

/** Family, port in network order, four bytes of address, eight of nothing. */
function inet4(host: string, port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET, 0);
  address.writeUInt16BE(port, 2);
  Buffer.from(host.split('.').map(Number)).copy(address, 4);
  return address;
}

/** Family, port in network order, flow (0), sixteen bytes of address, scope (0). */
function inet6(host: string, port: number): Buffer {
  const address = Buffer.alloc(28);
  address.writeUInt16LE(AF_INET6, 0);
  address.writeUInt16BE(port, 2);
  groupsOf(host).forEach((group, index) => address.writeUInt16BE(group, 8 + 2 * index));
  return address;
}

const numbersOf = (text: string): readonly number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));

/** The eight groups of an IPv6 address: the URL parser writes it in its shortest form, with dots as groups. */
function groupsOf(host: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const first = numbersOf(head);
  if (tail === undefined) return first;
  const last = numbersOf(tail);
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}
