/** HTTP Basic authentication (RFC 7617), with supervisord's two forms of passwords. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Who may use a server. */
export interface Credentials {
  readonly username: string;
  /** Plain, or `{SHA}` and the SHA-1 of the password in hexadecimal. */
  readonly password: string;
}

/** What a request's Authorization header amounts to. */
export type Judgement = 'allowed' | 'denied' | 'malformed';

const HASHED = '{SHA}';

const sha1 = (text: string): string => createHash('sha1').update(text, 'utf8').digest('hex');
const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Digests are compared, so that neither the time nor a length tells anything. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

function isPassword(given: string, stored: string): boolean {
  if (!stored.startsWith(HASHED)) return isSame(given, stored);
  return isSame(sha1(given), stored.slice(HASHED.length).toLowerCase());
}

/** `user:password` of the header's base64; undefined: there is no colon in it. */
function decode(cookie: string): Credentials | undefined {
  const text = Buffer.from(cookie, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Judges an Authorization header; undefined: the request has none. */
export function judge(header: string | undefined, expected: Credentials): Judgement {
  const [, scheme = '', cookie = ''] = /^(\S+) +(.*)$/.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() !== 'basic') return 'denied';
  const given = decode(cookie);
  if (given === undefined) return 'malformed';
  // Both are always compared: an unknown user takes as long as a wrong password.
  const isUser = isSame(given.username, expected.username);
  const isRight = isPassword(given.password, expected.password);
  return isUser && isRight ? 'allowed' : 'denied';
}
