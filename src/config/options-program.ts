/** [program:x] as Supervisor has it. Source: supervisor/options.py 4.2.5, _processes_from_section. */
import { boolean, byteSize, duration, integer, octal, string } from './datatypes.ts';
import { environment } from './environment-list.ts';
import { identity } from './identity.ts';
import { logDestinations } from './log-destination.ts';
import { autorestart, exitCodes, processName, retries, serverUrl } from './program-datatypes.ts';
import { type Section } from './schema.ts';
import { signals } from './signals.ts';

export const PROGRAM_BASICS = {
  command: {
    type: string,
    required: 'program section {section} does not specify a command',
    mayBeEmpty: true,
    scope: 'process',
    example: '/bin/cat',
    doc: 'The command that is run. It is split into words as a shell would, and no shell sees it.',
  },
  process_name: {
    type: processName,
    default: '%(program_name)s',
    scope: 'raw',
    doc: 'The name of each process; with numprocs above 1 it must contain %(process_num).',
  },
  numprocs: {
    type: integer,
    default: '1',
    scope: 'program',
    doc: 'How many processes are made of this program.',
  },
  numprocs_start: {
    type: integer,
    default: '0',
    scope: 'program',
    doc: 'The process_num of the first of them.',
  },
  priority: {
    type: integer,
    default: '999',
    scope: 'program',
    doc: 'Lower starts earlier and stops later.',
  },
  autostart: {
    type: boolean,
    default: 'true',
    scope: 'program',
    doc: 'Whether it is started when we start.',
  },
  autorestart: {
    type: autorestart,
    default: 'unexpected',
    scope: 'program',
    doc: 'Whether it is started again when it exits after having been RUNNING.',
  },
  startsecs: {
    type: duration,
    default: '1',
    scope: 'program',
    doc: 'How long it must stay up to be RUNNING.',
  },
  startretries: {
    type: retries,
    default: '3',
    scope: 'program',
    doc: 'How many failed starts are tried again before it is FATAL.',
  },
  exitcodes: {
    type: exitCodes,
    default: '0',
    scope: 'program',
    doc: 'The exit codes that are expected.',
  },
  stopsignal: {
    type: signals,
    default: 'TERM',
    scope: 'program',
    doc: 'The signal that asks it to end; of several, the next one each stopwaitsecs.',
  },
  stopwaitsecs: {
    type: duration,
    default: '10',
    scope: 'program',
    doc: 'How long to wait for its end after each stopsignal, before KILL.',
  },
  stopasgroup: {
    type: boolean,
    default: 'false',
    scope: 'program',
    doc: 'Whether stopsignal goes to its whole process group; implies killasgroup.',
  },
  killasgroup: {
    type: boolean,
    default: { sameAs: 'stopasgroup' },
    scope: 'program',
    doc: 'Whether KILL goes to its whole process group.',
  },
  user: {
    type: identity,
    scope: 'program',
    example: 'nobody',
    doc: 'Who it runs as. Not root: a warning, and it runs as we are.',
  },
  directory: {
    type: string,
    scope: 'process',
    example: '/tmp',
    doc: 'Where it is started.',
  },
  umask: {
    type: octal,
    scope: 'program',
    example: '022',
    doc: 'Its umask.',
  },
  environment: {
    type: environment,
    default: '',
    scope: 'raw',
    example: 'A="1",B="2"',
    doc: 'Its variables, above those of [supervisord]. A percent sign is written %%.',
  },
  serverurl: {
    type: serverUrl,
    default: 'AUTO',
    scope: 'program',
    doc: 'What it finds in $SUPERVISOR_SERVER_URL; AUTO: the first of our servers.',
  },
  redirect_stderr: {
    type: boolean,
    default: 'false',
    scope: 'program',
    doc: 'Whether its standard error goes where its standard output goes.',
  },
} as const satisfies Section;

const logfile = {
  type: logDestinations,
  default: 'container',
  scope: 'process',
  isExpandedTwice: true,
  example: '/var/log/app.log',
} as const;

export const PROGRAM_LOGS = {
  stdout_logfile: { ...logfile, doc: 'Where its standard output goes. A percent sign is written %%%%.' },
  stdout_logfile_maxbytes: {
    type: byteSize,
    default: '50MB',
    scope: 'process',
    doc: 'The size at which the stdout log file is rotated; 0: never.',
  },
  stdout_logfile_backups: {
    type: integer,
    default: '10',
    scope: 'process',
    doc: 'How many rotated stdout log files are kept; 0: the file is emptied instead.',
  },
  stdout_capture_maxbytes: {
    type: byteSize,
    default: '0',
    scope: 'program',
    doc: 'How much is kept of what stands between the markers of a PROCESS_COMMUNICATION event; 0: off.',
  },
  stdout_events_enabled: {
    type: boolean,
    default: 'false',
    scope: 'program',
    doc: 'Whether its standard output makes PROCESS_LOG_STDOUT events.',
  },
  stdout_syslog: {
    type: boolean,
    default: 'false',
    scope: 'process',
    since: 'supervisor 4.0',
    doc: 'Whether its standard output goes to syslog too.',
  },
  stderr_logfile: {
    ...logfile,
    doc: 'Where its standard error goes, unless redirect_stderr. A percent sign is written %%%%.',
  },
  stderr_logfile_maxbytes: {
    type: byteSize,
    default: '50MB',
    scope: 'process',
    doc: 'The size at which the stderr log file is rotated; 0: never.',
  },
  stderr_logfile_backups: {
    type: integer,
    default: '10',
    scope: 'process',
    doc: 'How many rotated stderr log files are kept; 0: the file is emptied instead.',
  },
  stderr_capture_maxbytes: {
    type: byteSize,
    default: '0',
    scope: 'program',
    doc: 'As stdout_capture_maxbytes, for standard error.',
  },
  stderr_events_enabled: {
    type: boolean,
    default: 'false',
    scope: 'program',
    doc: 'Whether its standard error makes PROCESS_LOG_STDERR events.',
  },
  stderr_syslog: {
    type: boolean,
    default: 'false',
    scope: 'process',
    since: 'supervisor 4.0',
    doc: 'Whether its standard error goes to syslog too.',
  },
} as const satisfies Section;
