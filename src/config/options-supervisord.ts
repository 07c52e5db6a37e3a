/** [supervisord]. Source: supervisor/options.py 4.2.5, ServerOptions.read_config; the rest is ours. */
import { boolean, byteSize, integer, integerIn, octal, oneOf, string } from './datatypes.ts';
import { environment } from './environment-list.ts';
import { maxAge, multiline } from './extension-datatypes.ts';
import { identity } from './identity.ts';
import { logLevel } from './log-level.ts';
import { activityLog } from './log-destination.ts';
import { existingDirectory, existingDirpath, pathList } from './paths.ts';
import { optionalDuration } from './program-datatypes.ts';
import { type Section, type Values } from './schema.ts';

const since = 'tsupervisor 0.1';

export const SUPERVISORD = {
  logfile: {
    type: activityLog,
    default: 'stderr',
    scope: 'here',
    example: '/var/log/supervisord.log',
    doc: 'Where the activity log goes.',
  },
  logfile_maxbytes: {
    type: byteSize,
    default: '50MB',
    scope: 'here',
    doc: 'The size at which the activity log file is rotated; 0: never.',
  },
  logfile_backups: {
    type: integer,
    default: '10',
    scope: 'here',
    doc: 'How many rotated activity log files are kept; 0: the file is emptied instead.',
  },
  logfile_maxage: {
    type: maxAge,
    default: 'none',
    scope: 'here',
    since,
    example: '1d',
    doc: 'The age at which the activity log file is rotated, at the next write; 0 or none: never.',
  },
  logfile_compress: {
    type: boolean,
    default: 'false',
    scope: 'here',
    since,
    doc: 'Whether rotated activity log files are compressed with gzip.',
  },
  logformat: {
    type: oneOf('text', 'json'),
    default: 'text',
    scope: 'here',
    since,
    doc: "The form of the activity log's lines: Supervisor's, or one JSON object each.",
  },
  loglevel: {
    type: logLevel,
    default: 'info',
    scope: 'here',
    doc: 'The least severe messages that are logged.',
  },
  pidfile: {
    type: existingDirpath,
    scope: 'here',
    example: '/run/supervisord.pid',
    doc: 'The file that holds our pid. Unset: none is written.',
  },
  umask: {
    type: octal,
    default: '022',
    scope: 'here',
    activeNow: false,
    doc: 'The umask of the background process; there is none, programs have their own umask option.',
  },
  nodaemon: {
    type: boolean,
    default: 'true',
    scope: 'here',
    activeNow: false,
    doc: 'Whether to stay in the foreground, which is always so.',
  },
  silent: {
    type: boolean,
    default: 'false',
    scope: 'here',
    since: 'supervisor 4.2',
    doc: 'Whether the activity log is kept off our standard streams.',
  },
  minfds: {
    type: integer,
    default: '1024',
    scope: 'here',
    doc: 'The least number of file descriptors that must be available.',
  },
  minprocs: {
    type: integer,
    default: '200',
    scope: 'here',
    doc: 'The least number of processes that must be available.',
  },
  nocleanup: {
    type: boolean,
    default: 'false',
    scope: 'here',
    doc: 'Whether AUTO log files of an earlier run are kept at start.',
  },
  childlogdir: {
    type: existingDirectory,
    scope: 'here',
    example: '/tmp',
    doc: 'The directory of AUTO log files. Unset: $TMPDIR, else /tmp.',
  },
  user: {
    type: identity,
    scope: 'here',
    example: 'nobody',
    doc: 'The user to become at start. Not root: a warning, and we stay who we are.',
  },
  directory: {
    type: existingDirectory,
    scope: 'here',
    example: '/tmp',
    activeNow: false,
    doc: 'The directory of the background process; there is none, programs have their own directory option.',
  },
  strip_ansi: {
    type: boolean,
    default: 'false',
    scope: 'here',
    doc: "Whether ANSI escape sequences are removed from programs' output.",
  },
  environment: {
    type: environment,
    default: '',
    scope: 'host',
    isExpandedTwice: true,
    example: 'KEY="value",KEY2="value 2"',
    doc: 'Variables for every program. A percent sign is written %%%%.',
  },
  env_file: {
    type: pathList,
    default: '',
    scope: 'host',
    since,
    example: '/etc/app.env',
    doc: 'Files of NAME=value lines (dotenv) for every program, below environment; - before a path: it may be missing.',
  },
  identifier: {
    type: string,
    default: 'supervisor',
    scope: 'here',
    doc: 'The name by which we call ourselves to clients and event listeners.',
  },
  exit_when_done: {
    type: boolean,
    default: 'true',
    scope: 'here',
    since,
    doc: 'Whether we exit when nothing runs and nothing is left to start.',
  },
  exit_code_on_stop: {
    type: integerIn(0, 255),
    default: '0',
    scope: 'here',
    since,
    doc: 'The exit code after a requested stop.',
  },
  shutdown_timeout: {
    type: optionalDuration,
    default: 'none',
    scope: 'here',
    since,
    example: '9',
    doc: 'How long a whole shutdown may take before everything left is killed. $TSUPERVISOR_SHUTDOWN_TIMEOUT overrides it.',
  },
  output_format: {
    type: oneOf('prefix', 'raw', 'json'),
    default: 'prefix',
    scope: 'here',
    since,
    doc: "The form of programs' lines on the container's streams.",
  },
  output_multiline: {
    type: multiline,
    default: 'none',
    scope: 'here',
    since,
    example: 'indented',
    doc: "Which lines of programs on the container's streams belong to one message: indented ones to the line before them, or regex:PATTERN, which its first line matches. For prefix and json.",
  },
  tail_bytes: {
    type: byteSize,
    default: '64KB',
    scope: 'here',
    since,
    doc: 'How much of the end of each streamed output is kept in memory for tail.',
  },
} as const satisfies Section;

/** The typed values of [supervisord]. */
export type SupervisordOptions = Values<typeof SUPERVISORD>;
