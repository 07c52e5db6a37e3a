/** serverurl → where to connect. */

/** Where a server listens. */
export type Endpoint =
  | { readonly family: 'unix'; readonly path: string }
  | { readonly family: 'tcp'; readonly host: string; readonly port: number };

const SCHEME = /^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?<rest>[^?#]*)/;

/** The scheme, lower case; '' when there is none. Source: Python's urllib.parse.urlparse. */
export const schemeOf = (url: string): string => SCHEME.exec(url)?.groups?.['scheme']?.toLowerCase() ?? '';

/** Whether Supervisor takes the text for a URL: a scheme and something after it (datatypes.py, url). */
export const isUrl = (text: string): boolean =>
  (SCHEME.exec(text)?.groups?.['rest'] ?? '').replace(/^\/\//, '') !== '';

/**
 * Where the URL leads; the path of an http URL has no meaning, the default port is 80.
 *
 * @returns undefined when it is neither http:// nor unix://
 */
export function endpointOf(serverurl: string): Endpoint | undefined {
  if (serverurl.startsWith('unix://')) return { family: 'unix', path: serverurl.slice('unix://'.length) };
  if (!serverurl.startsWith('http://')) return undefined;
  const url = URL.parse(serverurl);
  if (url === null) return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { family: 'tcp', host, port: url.port === '' ? 80 : Number(url.port) };
}
