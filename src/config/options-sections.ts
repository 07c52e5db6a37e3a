/** The sections beside [supervisord], as tables. Source: supervisor/options.py 4.2.5; what is ours is said so. */
import { eventTypes } from './event-types.ts';
import { inetAddress, fcgiSocket } from './addresses.ts';
import { integer, list, modeOf, string } from './datatypes.ts';
import { ownerOf } from './identity.ts';
import {
  PROGRAM_HEALTH,
  PROGRAM_IDENTITY,
  PROGRAM_LIFE,
  PROGRAM_LIMITS,
  PROGRAM_OUTPUT,
} from './options-program-extra.ts';
import { PROGRAM_BASICS, PROGRAM_LOGS } from './options-program.ts';
import { type Section, type Values } from './schema.ts';

export const PROGRAM = {
  ...PROGRAM_BASICS,
  ...PROGRAM_LOGS,
  ...PROGRAM_LIFE,
  ...PROGRAM_HEALTH,
  ...PROGRAM_OUTPUT,
  ...PROGRAM_IDENTITY,
  ...PROGRAM_LIMITS,
} as const satisfies Section;

/** The typed values of a program: times are milliseconds, sizes bytes. */
export type ProgramValues = Values<typeof PROGRAM>;

export const GROUP = {
  programs: {
    type: list,
    default: '',
    scope: 'here',
    example: 'web,worker',
    doc: 'The programs of the group, in order; they are no groups of their own then.',
  },
  priority: {
    type: integer,
    default: '999',
    scope: 'here',
    doc: 'Lower starts earlier and stops later.',
  },
} as const satisfies Section;

/** The options of [eventlistener:x] beside those of a program. */
export const LISTENER = {
  events: {
    type: eventTypes,
    required: '[{section}] section requires an "events" line',
    wordsEnd: ' in [{section}] events',
    scope: 'here',
    example: 'PROCESS_STATE,TICK_60',
    doc: 'The events that it is told of; a type stands for all below it.',
  },
  buffer_size: {
    type: integer,
    default: '10',
    scope: 'here',
    doc: 'How many events are kept while every listener of the pool is busy.',
  },
  result_handler: {
    type: string,
    default: 'supervisor.dispatchers:default_handler',
    scope: 'here',
    doc: 'What judges its answers; there is only the default one.',
  },
  priority: {
    type: integer,
    default: '-1',
    scope: 'here',
    doc: 'Lower starts earlier and stops later.',
  },
} as const satisfies Section;

/** The options of [fcgi-program:x] beside those of a program. */
export const FCGI = {
  socket: {
    type: fcgiSocket,
    required: '[{section}] section requires a "socket" line',
    wordsEnd: ' in [{section}] socket',
    scope: 'program',
    example: 'unix:///run/php.sock',
    doc: 'The listening socket that every process has as its standard input.',
  },
  socket_backlog: {
    type: integer,
    scope: 'here',
    since: 'supervisor 4.0',
    example: '128',
    doc: 'The length of the queue of waiting connections. Unset: the longest that the kernel allows.',
  },
  socket_owner: {
    type: ownerOf('socket_owner'),
    scope: 'here',
    example: 'www-data:www-data',
    doc: "Who owns the unix socket. Unset: the program's user.",
  },
  socket_mode: {
    type: modeOf('socket_mode'),
    scope: 'here',
    example: '0700',
    doc: 'The permissions of the unix socket. Unset: 0700.',
  },
} as const satisfies Section;

const authentication = {
  username: {
    type: string,
    scope: 'environment',
    example: 'user',
    doc: 'The user name that clients must give. Unset: anyone may do anything.',
  },
  password: {
    type: string,
    scope: 'environment',
    example: '123',
    doc: 'The password that clients must give, plain or as {SHA} and the SHA-1 in hexadecimal.',
  },
} as const satisfies Section;

export const UNIX_SERVER = {
  file: {
    type: string,
    required: 'section [{section}] has no file value',
    scope: 'here',
    example: '/run/supervisor.sock',
    doc: 'The path of the socket.',
  },
  chmod: {
    type: modeOf('chmod'),
    default: '0700',
    scope: 'environment',
    doc: 'Its permissions.',
  },
  chown: {
    type: ownerOf('sockchown'),
    scope: 'environment',
    example: 'nobody:nogroup',
    doc: 'Who owns it.',
  },
  ...authentication,
} as const satisfies Section;

export const INET_SERVER = {
  port: {
    type: inetAddress,
    required: 'section [{section}] has no port value',
    mayBeEmpty: true,
    scope: 'environment',
    example: '127.0.0.1:9001',
    doc: 'The address to listen at; without a host, or with *: all of them.',
  },
  ...authentication,
} as const satisfies Section;

export const SUPERVISORCTL = {
  serverurl: {
    type: string,
    scope: 'here',
    example: 'unix:///run/supervisor.sock',
    doc: 'The server to talk to. Unset: /run/tsupervisor.sock where it exists, else http://localhost:9001.',
  },
  username: {
    type: string,
    scope: 'environment',
    example: 'user',
    doc: 'The user name to give.',
  },
  password: {
    type: string,
    scope: 'environment',
    example: '123',
    doc: 'The password to give.',
  },
  prompt: {
    type: string,
    default: 'supervisor',
    scope: 'environment',
    doc: "The shell's prompt.",
  },
  history_file: {
    type: string,
    scope: 'here',
    example: '~/.sc_history',
    doc: 'The file that keeps what was typed in the shell.',
  },
} as const satisfies Section;

export const INCLUDE = {
  files: {
    type: string,
    required: '.ini file has [include] section, but no files setting',
    mayBeEmpty: true,
    scope: 'host',
    example: '/etc/supervisor/conf.d/*.conf',
    doc: 'Files to read too, separated by spaces; * ? [ ] match; relative to this file.',
  },
} as const satisfies Section;

export const RPC_INTERFACE = {
  'supervisor.rpcinterface_factory': {
    type: string,
    required: 'section [{section}] does not specify a supervisor.rpcinterface_factory',
    scope: 'environment',
    example: 'supervisor.rpcinterface:make_main_rpcinterface',
    doc: 'The interface; there is only the main one, which is always there.',
  },
} as const satisfies Section;

export const CTL_PLUGIN = {
  'supervisor.ctl_factory': {
    type: string,
    required: 'section [{section}] does not specify a supervisor.ctl_factory',
    scope: 'environment',
    example: 'package.module:factory',
    activeNow: false,
    doc: 'A plug-in of supervisorctl; it is Python, and not used.',
  },
} as const satisfies Section;
