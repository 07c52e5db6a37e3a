/** What to do about an error, in one phrase without brackets. */
import { FAULT_CODES } from '../api/fault.ts';
import { XmlRpcError } from '../api/xml-document.ts';
import { Fault, HttpError } from './errors.ts';
import { codeOf } from './python-words.ts';

const authAdvice = 'give the username and password of the server with -u and -p, or in [supervisorctl]';
const lostAdvice = 'the server closed the connection: look at its log';

const BY_CODE: ReadonlyMap<string, (url: string) => string> = new Map<string, (url: string) => string>([
  [
    'ENOENT',
    (url) => `there is no socket at ${url}: start the supervisor, or name its socket with -s or serverurl`,
  ],
  [
    'ECONNREFUSED',
    (url) => `nothing listens at ${url}: start the supervisor, or name its address with -s or serverurl`,
  ],
  [
    'EACCES',
    (url) => `the socket ${url} belongs to another user: run as that user, or set its chmod or chown`,
  ],
  ['ENOTFOUND', (url) => `the host of ${url} is not known: correct -s or serverurl`],
  ['ECONNRESET', () => lostAdvice],
  ['EPIPE', () => lostAdvice],
]);

/**
 * What to do about an error.
 *
 * @returns undefined when nothing is known that helps
 */
export function adviceFor(error: unknown, serverurl: string): string | undefined {
  if (error instanceof HttpError && error.status === 401) return authAdvice;
  if (error instanceof HttpError && error.status >= 500) return 'the server failed: look at its log';
  if (error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE)
    return 'the supervisor is shutting down';
  if (error instanceof XmlRpcError) return `is ${serverurl} a supervisor?`;
  return BY_CODE.get(codeOf(error) ?? '')?.(serverurl);
}
