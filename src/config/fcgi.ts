import { type FcgiAddress } from './addresses.ts';
import { type Identity, type Owner } from './identity.ts';
import { type IniSection } from './ini-file.ts';
import { FCGI } from './options-sections.ts';
import { absolutePath } from './paths.ts';
import { type FcgiSocket } from './plan.ts';
import { nameOfSection } from './programs.ts';
import { readOptions, report, type Reading } from './reading.ts';

const defaultMode = 0o700;

const urlOf = (address: FcgiAddress): string =>
  address.kind === 'unix' ? `unix://${address.path}` : `tcp://${address.host}:${address.port}`;

function checkBacklog(reading: Reading, section: IniSection, backlog: number | undefined): void {
  if (backlog === undefined || (backlog >= 1 && backlog <= 65_535)) return;
  report(reading, section.entries.get('socket_backlog')?.place ?? section.header, {
    message: `cannot use socket_backlog = ${backlog}: expected a whole number from 1 to 65535`,
    supervisor: `Invalid socket_backlog value ${backlog}`,
  });
}

function checkOwner(reading: Reading, section: IniSection, address: FcgiAddress): void {
  const entry = section.entries.get('socket_owner') ?? section.entries.get('socket_mode');
  if (address.kind === 'unix' || entry === undefined) return;
  report(reading, entry.place, {
    message: 'cannot use socket_owner and socket_mode: the socket is not a unix socket',
    supervisor: `socket_owner and socket_mode params should only be used with a Unix domain socket in [${section.name}] socket`,
    suggestion: 'remove them',
  });
}

/** The socket belongs to the program's user, where that is somebody else. */
const ownerOf = (user: Identity | undefined, uid: number): Owner | undefined =>
  user === undefined || user.uid === uid ? undefined : { uid: user.uid, gid: user.gid };

const nowhere: FcgiAddress = { kind: 'unix', path: '' };

/** Reads the socket of an [fcgi-program:x] section. @param user who the program runs as */
export function readFcgiSocket(
  reading: Reading,
  section: IniSection,
  user: Identity | undefined,
): FcgiSocket {
  const program = new Map([
    ['program_name', nameOfSection(section)],
    ['group_name', nameOfSection(section)],
  ]);
  const context = { reading, section, names: { ...reading.names, program }, suffix: '' };
  const values = readOptions(FCGI, context);
  // Undefined when the option could not be used, which has been reported.
  const written: FcgiAddress | undefined = values.socket;
  const address =
    written?.kind === 'unix' ? { ...written, path: absolutePath(written.path, reading.host) } : written;
  checkBacklog(reading, section, values.socket_backlog);
  if (address !== undefined) checkOwner(reading, section, address);
  return {
    ...(address ?? nowhere),
    url: urlOf(address ?? nowhere),
    backlog: values.socket_backlog,
    owner: values.socket_owner ?? ownerOf(user, reading.host.uid),
    mode: values.socket_mode ?? defaultMode,
  };
}
