import { parseSyslogAddress, type SyslogAddress } from '../core/syslog-address.ts';
import { type Datatype } from './datatype.ts';
import { type Host } from './host.ts';
import { pathInDirectory } from './paths.ts';
import { ValueError } from './value-error.ts';

/** Where what a program writes to one stream goes. */
export type LogDestination =
  /** The same stream of the container. The default; ours. */
  | { readonly kind: 'container' }
  /** Nowhere. */
  | { readonly kind: 'none' }
  /** A file in childlogdir that we name and remove. */
  | { readonly kind: 'auto' }
  | { readonly kind: 'syslog' }
  /** `syslog://host:port`; ours. */
  | { readonly kind: 'remoteSyslog'; readonly address: SyslogAddress }
  /** `path` as written, with `~` expanded: relative ones belong to the daemon's working directory. */
  | { readonly kind: 'file'; readonly path: string };

const WORDS: ReadonlyMap<string, LogDestination> = new Map([
  ['container', { kind: 'container' }],
  ['none', { kind: 'none' }],
  ['off', { kind: 'none' }],
  ['auto', { kind: 'auto' }],
  ['syslog', { kind: 'syslog' }],
]);

/** An empty text, also of an empty %(ENV_X)s, is no log: as Supervisor takes it. */
function parseOne(text: string, host: Host): LogDestination {
  if (text === '') return { kind: 'none' };
  const address = parseSyslogAddress(text);
  if (address !== undefined) return { kind: 'remoteSyslog', address };
  return WORDS.get(text.toLowerCase()) ?? { kind: 'file', path: pathInDirectory(text, host) };
}

/** A comma separates destinations only when each part could be one: a file's name may contain commas. */
const isDestination = (text: string): boolean =>
  text.startsWith('/') || WORDS.has(text.toLowerCase()) || parseSyslogAddress(text) !== undefined;

/** Supervisor's words and paths; ours: `container`, `syslog://host`, and several between commas. */
export const logDestinations: Datatype<readonly LogDestination[]> = {
  expects: 'a path, NONE, AUTO, syslog, syslog://HOST or container, or several separated by commas',
  parse: (text, host) => {
    const parts = text.split(',').map((part) => part.trim());
    if (parts.length === 1 || !parts.every(isDestination)) return [parseOne(text, host)];
    return parts.map((part) => parseOne(part, host));
  },
};

/** The activity log: a path, `syslog`, or our standard error. */
export type ActivityLog =
  | { readonly kind: 'stderr' | 'syslog' }
  | { readonly kind: 'file'; readonly path: string };

/** [supervisord] logfile. `NONE` is not special in Supervisor; `stderr` is ours. */
export const activityLog: Datatype<ActivityLog> = {
  expects: 'a path in a directory that exists, syslog or stderr',
  parse: (text, host) => {
    // Supervisor ends with a traceback: it opens its working directory.
    if (text === '') throw new ValueError('logfile is empty', '', 'name a file, or leave the option out');
    return text === 'syslog' || text === 'stderr'
      ? { kind: text }
      : { kind: 'file', path: pathInDirectory(text, host) };
  },
};
