import { SUPERVISORD } from './options-supervisord.ts';
import {
  CTL_PLUGIN,
  FCGI,
  GROUP,
  INCLUDE,
  INET_SERVER,
  LISTENER,
  PROGRAM,
  RPC_INTERFACE,
  SUPERVISORCTL,
  UNIX_SERVER,
} from './options-sections.ts';
import { type Section } from './schema.ts';

/** One kind of section: `[program:x]`. */
export interface SectionKind {
  /** What stands before the colon, or the whole name. */
  readonly prefix: string;
  /** Whether a colon and a name follow. */
  readonly isNamed: boolean;
  /** The name may be longer than the prefix without a colon: Supervisor looks only at its start. */
  readonly isLoose?: true;
  /** Options beside those of the table mean something to plug-ins. */
  readonly isOpen?: true;
  readonly schema: Section;
  readonly doc: string;
}

/** Every kind of section, in the order of the sample and the docs. */
export const SECTIONS: readonly SectionKind[] = [
  {
    prefix: 'unix_http_server',
    isNamed: false,
    isLoose: true,
    schema: UNIX_SERVER,
    doc: 'An HTTP server at a unix socket. Without any server section there is one at /run/tsupervisor.sock, where it can be made.',
  },
  {
    prefix: 'inet_http_server',
    isNamed: false,
    isLoose: true,
    schema: INET_SERVER,
    doc: 'An HTTP server at a TCP port.',
  },
  {
    prefix: 'supervisord',
    isNamed: false,
    schema: SUPERVISORD,
    doc: 'tsupervisor itself. The section must be there; it may be empty.',
  },
  {
    prefix: 'rpcinterface',
    isNamed: true,
    isOpen: true,
    schema: RPC_INTERFACE,
    doc: 'An interface of the HTTP servers; [rpcinterface:supervisor] is the one that supervisorctl uses.',
  },
  { prefix: 'supervisorctl', isNamed: false, schema: SUPERVISORCTL, doc: 'The client, tsupervisor ctl.' },
  { prefix: 'ctlplugin', isNamed: true, isOpen: true, schema: CTL_PLUGIN, doc: 'A plug-in of the client.' },
  { prefix: 'program', isNamed: true, schema: PROGRAM, doc: 'A program to keep running.' },
  {
    prefix: 'eventlistener',
    isNamed: true,
    schema: { ...PROGRAM, ...LISTENER },
    doc: 'A program that is told of events. It has the options of a program, and these.',
  },
  {
    prefix: 'fcgi-program',
    isNamed: true,
    schema: { ...PROGRAM, ...FCGI },
    doc: 'Programs that share a listening socket. They have the options of a program, and these.',
  },
  { prefix: 'group', isNamed: true, schema: GROUP, doc: 'Programs that are started and stopped together.' },
  { prefix: 'include', isNamed: false, schema: INCLUDE, doc: 'Further files to read.' },
];

/** The kind of a section by its name; undefined: there is none. */
export function findKind(name: string): SectionKind | undefined {
  return SECTIONS.find(({ prefix, isNamed, isLoose }) => {
    if (isNamed) return name.startsWith(`${prefix}:`);
    return name === prefix || (isLoose === true && name.startsWith(prefix));
  });
}
