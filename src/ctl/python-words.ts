/**
 * What Python would call an error: supervisorctl prints any exception as `error: <class '…'>, …`, and scripts match it.
 *
 * Where supervisorctl goes on with the file and line of its own source, this client says what to do, in brackets.
 */
import { getSystemErrorMessage } from 'node:util';
import { constants } from 'node:os';
import { Fault, HttpError } from './errors.ts';

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
]);

const escapeOf = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** Text as Python's repr() shows it: in single quotes unless it holds one and no double quote. */
export function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // eslint-disable-next-line no-control-regex -- these are the characters that repr() escapes
  const escaped = text.replace(/[\\\0-\x1f\x7f-\xa0\xad\u2028\u2029\p{Cs}]/gu, escapeOf);
  return `${quote}${escaped.replaceAll(quote, `\\${quote}`)}${quote}`;
}

/** An error that is known by its name in Python only. */
export class PythonError extends Error {
  /** Such as `ValueError`. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'FileNotFoundError'],
  ['ECONNREFUSED', 'ConnectionRefusedError'],
  ['ECONNRESET', 'ConnectionResetError'],
  ['EPIPE', 'BrokenPipeError'],
  ['EACCES', 'PermissionError'],
  ['EPERM', 'PermissionError'],
  ['ETIMEDOUT', 'TimeoutError'],
]);

/** What Node calls the errors of getaddrinfo(3): the host is unknown, or nobody could be asked about it. */
const GAI_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', '[Errno -2] Name or service not known'],
  ['EAI_AGAIN', '[Errno -3] Temporary failure in name resolution'],
]);
const ERRNO: ReadonlyMap<string, number> = new Map(Object.entries(constants.errno));

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The `code` of a system error (`ECONNREFUSED`); undefined when the error has none. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const REMOTE_DISCONNECTED = {
  type: 'http.client.RemoteDisconnected',
  message: 'Remote end closed connection without response',
};

/** A system error as Python shows it: `[Errno 111] Connection refused`. */
function systemWords(code: string, error: Error): { readonly type: string; readonly message: string } {
  const errno = ERRNO.get(code);
  if (error.message === 'socket hang up') return REMOTE_DISCONNECTED;
  const unresolved = GAI_ERRORS.get(code);
  if (unresolved !== undefined) return { type: 'socket.gaierror', message: unresolved };
  if (errno === undefined) return { type: error.name, message: error.message };
  const message = `[Errno ${errno}] ${capitalised(getSystemErrorMessage(-errno))}`;
  return { type: TYPES.get(code) ?? 'OSError', message };
}

/** Python's class and message for an error. */
export function pythonWords(error: unknown): { readonly type: string; readonly message: string } {
  if (error instanceof Fault)
    return { type: 'xmlrpc.client.Fault', message: `<Fault ${error.code}: ${repr(error.text)}>` };
  if (error instanceof HttpError)
    return {
      type: 'xmlrpc.client.ProtocolError',
      message: `<ProtocolError for 127.0.0.1/RPC2: ${error.status} ${error.reason}>`,
    };
  if (error instanceof PythonError) return { type: error.type, message: error.message };
  const code = codeOf(error);
  if (error instanceof Error && code !== undefined) return systemWords(code, error);
  return error instanceof Error
    ? { type: error.name, message: error.message }
    : { type: 'Exception', message: String(error) };
}
