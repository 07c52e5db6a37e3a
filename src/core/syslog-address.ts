/** A syslog server in the network. */
export interface SyslogAddress {
  readonly protocol: 'udp' | 'tcp';
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The schemes, with the ports that IANA has assigned to them. */
const schemes: ReadonlyMap<string, { readonly protocol: SyslogAddress['protocol']; readonly port: number }> =
  new Map([
    ['syslog:', { protocol: 'udp', port: 514 }],
    ['syslog+udp:', { protocol: 'udp', port: 514 }],
    ['syslog+tcp:', { protocol: 'tcp', port: 601 }],
  ]);

/**
 * Reads `syslog://host:514`, `syslog+tcp://[::1]:601`.
 *
 * @returns undefined when the text is no such address
 */
export function parseSyslogAddress(text: string): SyslogAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol: scheme, hostname, port, pathname, search, hash, username } = new URL(text);
  const known = schemes.get(scheme);
  const hasMore = !['', '/'].includes(pathname) || search !== '' || hash !== '' || username !== '';
  if (known === undefined || hostname === '' || hasMore || port === '0') return undefined;
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { protocol: known.protocol, host, port: port === '' ? known.port : Number(port) };
}
