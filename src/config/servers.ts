import { type IniSection } from './ini-file.ts';
import { INET_SERVER, RPC_INTERFACE, UNIX_SERVER } from './options-sections.ts';
import { expand } from './expand.ts';
import { type InetAddress } from './addresses.ts';
import { absolutePath } from './paths.ts';
import { namesFor } from './names.ts';
import { type RpcInterfacePlan, type ServerPlan } from './plan.ts';
import { plainContext, readOptions, report, reportValue, type Reading } from './reading.ts';
import { nameOfSection } from './programs.ts';

/** Every section whose name starts so: `[inet_http_server:second]` is one more server. */
const sectionsOf = ({ ini }: Reading, prefix: string): readonly IniSection[] =>
  [...ini.sections.values()].filter(({ name }) => name.startsWith(prefix));

function checkAuthentication(reading: Reading, section: IniSection): void {
  const { entries, name } = section;
  const given = entries.get('username') ?? entries.get('password');
  if (given === undefined || (entries.has('username') && entries.has('password'))) return;
  report(reading, given.place, {
    message: `cannot use [${name}]: ${entries.has('username') ? 'password' : 'username'} is missing`,
    supervisor: `Section [${name}] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified`,
    suggestion: 'give both, or neither',
  });
}

function readUnixServer(reading: Reading, section: IniSection): ServerPlan {
  checkAuthentication(reading, section);
  const values = readOptions(UNIX_SERVER, plainContext(reading, section));
  // Undefined when it is missing, which has been reported.
  const file: string | undefined = values.file;
  const place = section.header;
  return {
    ...values,
    kind: 'unix',
    section: section.name,
    place,
    file: absolutePath((file ?? '').trim(), reading.host),
  };
}

const nowhere: InetAddress = { host: '', port: 0 };

function readInetServer(reading: Reading, section: IniSection): ServerPlan {
  checkAuthentication(reading, section);
  const values = readOptions(INET_SERVER, plainContext(reading, section));
  const { username, password } = values;
  // Undefined when it cannot be used, which has been reported.
  const address: InetAddress | undefined = values.port;
  return {
    kind: 'inet',
    section: section.name,
    place: section.header,
    username,
    password,
    ...(address ?? nowhere),
  };
}

/** Reads the HTTP servers: those with a port first, then those with a path, each in file order. */
export const readServers = (reading: Reading): readonly ServerPlan[] => [
  ...sectionsOf(reading, 'inet_http_server').map((section) => readInetServer(reading, section)),
  ...sectionsOf(reading, 'unix_http_server').map((section) => readUnixServer(reading, section)),
];

const inetUrl = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `http://${host.includes(':') ? `[${host}]` : host || 'localhost'}:${port}`;

/** What programs are told: the first unix server, else the last with a port. Source: ServerOptions.realize. */
export function serverUrlOf(servers: readonly ServerPlan[]): string | undefined {
  const unix = servers.find(({ kind }) => kind === 'unix');
  if (unix?.kind === 'unix') return `unix://${unix.file}`;
  const inet = servers.findLast(({ kind }) => kind === 'inet');
  return inet?.kind === 'inet' ? inetUrl(inet) : undefined;
}

const FACTORY = 'supervisor.rpcinterface_factory';
const MAIN = 'supervisor.rpcinterface:make_main_rpcinterface';

function readOthers(reading: Reading, section: IniSection): ReadonlyMap<string, string> {
  const others = new Map<string, string>();
  for (const [name, entry] of section.entries) {
    if (name === FACTORY) continue;
    try {
      others.set(name, expand(entry.text, namesFor('environment', reading.names), `${section.name}.${name}`));
    } catch (error) {
      reportValue(error, { name, option: RPC_INTERFACE[FACTORY] }, entry, plainContext(reading, section));
    }
  }
  return others;
}

function readInterface(reading: Reading, section: IniSection): RpcInterfacePlan {
  const { [FACTORY]: factory } = readOptions(RPC_INTERFACE, plainContext(reading, section));
  if (section.entries.has(FACTORY) && factory !== MAIN)
    report(reading, section.entries.get(FACTORY)?.place ?? section.header, {
      severity: 'warning',
      message: `cannot load ${factory}: it is Python; the methods of ${nameOfSection(section)} are missing`,
      suggestion: `remove [${section.name}]`,
    });
  return { name: nameOfSection(section), factory, options: readOthers(reading, section) };
}

/** Reads the [rpcinterface:x] sections. */
export const readRpcInterfaces = (reading: Reading): readonly RpcInterfacePlan[] =>
  sectionsOf(reading, 'rpcinterface:').map((section) => readInterface(reading, section));
