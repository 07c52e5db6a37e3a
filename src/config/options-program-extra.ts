/** [program:x]: the options that Supervisor does not have. */
import { boolean, byteSize, integerIn, oneOf } from './datatypes.ts';
import {
  backoff,
  countLimit,
  cronLine,
  dependencies,
  healthCheck,
  maxAge,
  memoryReaction,
  memorySize,
  multiline,
  positiveDuration,
  readiness,
  secrets,
  sizeLimit,
} from './extension-datatypes.ts';
import { pathList } from './paths.ts';
import { type Section } from './schema.ts';

const ours = { scope: 'program', since: 'tsupervisor 0.1' } as const;
const perProcess = { scope: 'process', since: 'tsupervisor 0.1' } as const;

export const PROGRAM_LIFE = {
  critical: {
    ...ours,
    type: boolean,
    default: 'false',
    doc: 'Whether the container ends, with its exit code, when it is FATAL or has ended for good.',
  },
  oneshot: {
    ...ours,
    activeNow: false,
    type: boolean,
    default: 'false',
    doc: 'Whether it is a task: an expected exit code, however soon, is success.',
  },
  schedule: {
    ...ours,
    activeNow: false,
    type: cronLine,
    example: '*/5 * * * *',
    doc: 'When it is started, as a cron line in local time.',
  },
  depends_on: {
    ...ours,
    activeNow: false,
    type: dependencies,
    default: '',
    example: 'db:healthy, migrate:completed, cache',
    doc: 'What must be started, healthy or completed before it starts; it stops before them.',
  },
  ready: {
    ...ours,
    activeNow: false,
    type: readiness,
    default: 'started',
    doc: 'How it says that it is ready: sd_notify, a newline on a descriptor, or by staying up.',
  },
  restart_delay: {
    ...ours,
    activeNow: false,
    type: positiveDuration,
    default: '0',
    doc: 'How long to wait before it is started again after it had been RUNNING.',
  },
  restart_delay_max: {
    ...ours,
    activeNow: false,
    type: positiveDuration,
    default: '60',
    doc: 'The longest wait between two starts that restart_backoff comes to.',
  },
  restart_backoff: {
    ...ours,
    activeNow: false,
    type: backoff,
    default: 'linear',
    doc: 'How the wait between failed starts grows: by a second, by doubling with jitter, or not.',
  },
} as const satisfies Section;

export const PROGRAM_HEALTH = {
  healthcheck: {
    ...perProcess,
    activeNow: false,
    type: healthCheck,
    example: 'http://127.0.0.1:8080/healthz',
    doc: 'How to find out whether it is healthy.',
  },
  healthcheck_interval: {
    ...ours,
    activeNow: false,
    type: positiveDuration,
    default: '30',
    doc: 'The time between two checks.',
  },
  healthcheck_timeout: {
    ...ours,
    activeNow: false,
    type: positiveDuration,
    default: '30',
    doc: 'How long a check may take.',
  },
  healthcheck_retries: {
    ...ours,
    activeNow: false,
    type: integerIn(1, 1000),
    default: '3',
    doc: 'How many failed checks in a row make it unhealthy.',
  },
  healthcheck_start_period: {
    ...ours,
    activeNow: false,
    type: positiveDuration,
    default: '0',
    doc: 'How long after a start failed checks do not count.',
  },
  on_unhealthy: {
    ...ours,
    activeNow: false,
    type: oneOf('restart', 'none', 'exit'),
    default: 'restart',
    doc: 'What happens when it is unhealthy: it is restarted, nothing, or we exit.',
  },
} as const satisfies Section;

export const PROGRAM_OUTPUT = {
  output_format: {
    ...ours,
    type: oneOf('prefix', 'raw', 'json'),
    doc: "The form of its lines on the container's streams. Unset: as in [supervisord].",
    example: 'json',
  },
  output_multiline: {
    ...ours,
    type: multiline,
    doc: "Which of its lines on the container's streams belong to one message: none, indented, or regex:PATTERN. Unset: as in [supervisord].",
    example: 'indented',
  },
  tail_bytes: {
    ...ours,
    type: byteSize,
    doc: 'How much of the end of its streamed output is kept in memory. Unset: as in [supervisord].',
    example: '64KB',
  },
  stdout_logfile_maxage: {
    ...ours,
    type: maxAge,
    default: 'none',
    example: '1d',
    doc: 'The age at which the stdout log file is rotated, at the next write; 0 or none: never.',
  },
  stderr_logfile_maxage: {
    ...ours,
    type: maxAge,
    default: 'none',
    example: '1d',
    doc: 'The age at which the stderr log file is rotated, at the next write; 0 or none: never.',
  },
  stdout_logfile_compress: {
    ...ours,
    type: boolean,
    default: 'false',
    doc: 'Whether rotated stdout log files are compressed with gzip.',
  },
  stderr_logfile_compress: {
    ...ours,
    type: boolean,
    default: 'false',
    doc: 'Whether rotated stderr log files are compressed with gzip.',
  },
} as const satisfies Section;

export const PROGRAM_IDENTITY = {
  env_file: {
    ...perProcess,
    type: pathList,
    default: '',
    example: '/etc/app.env, -/etc/local.env',
    doc: 'Files of NAME=value lines as dotenv has them, below environment; - before a path: it may be missing.',
  },
  secrets: {
    ...perProcess,
    type: secrets,
    default: '',
    example: 'DB_PASSWORD:/run/secrets/db',
    doc: 'Variables that take the content of a file (up to 1 MB) when it is started.',
  },
  set_home: {
    ...ours,
    type: boolean,
    default: 'true',
    doc: 'Whether HOME, USER and LOGNAME follow user.',
  },
  nice: {
    ...ours,
    type: integerIn(-20, 19),
    example: '10',
    doc: 'Its nice value.',
  },
  oom_score_adj: {
    ...ours,
    type: integerIn(-1000, 1000),
    example: '500',
    doc: 'How willingly the kernel kills it when memory is short.',
  },
  no_new_privs: {
    ...ours,
    type: boolean,
    default: 'false',
    doc: 'Whether it can never gain privileges, by setuid files for instance.',
  },
  memory_limit: {
    ...ours,
    activeNow: false,
    type: memorySize,
    default: '0',
    doc: 'The resident size above which on_memory_limit happens; 0: none.',
  },
  on_memory_limit: {
    ...ours,
    activeNow: false,
    type: memoryReaction,
    default: 'restart',
    doc: 'What happens above memory_limit: a restart, or a signal.',
  },
} as const satisfies Section;

const count = { ...ours, type: countLimit } as const;
const size = { ...ours, type: sizeLimit } as const;

/** Resource limits: setrlimit(2). */
export const PROGRAM_LIMITS = {
  limit_as: { ...size, example: '2GB', doc: 'Its address space.' },
  limit_core: { ...size, example: '0', doc: 'The size of its core dumps.' },
  limit_cpu: { ...count, example: '3600', doc: 'Its CPU time in seconds.' },
  limit_data: { ...size, example: '1GB', doc: 'Its data segment.' },
  limit_fsize: { ...size, example: '1GB', doc: 'The size of files that it writes.' },
  limit_memlock: { ...size, example: '64KB', doc: 'The memory that it may lock.' },
  limit_msgqueue: { ...size, example: '800KB', doc: 'The bytes in its POSIX message queues.' },
  limit_nofile: { ...count, example: '65536', doc: 'Its open files.' },
  limit_nproc: { ...count, example: '512', doc: "Its user's processes." },
  limit_rtprio: { ...count, example: '0', doc: 'Its realtime priority.' },
  limit_sigpending: { ...count, example: '1024', doc: "Its user's queued signals." },
  limit_stack: { ...size, example: '8MB', doc: 'Its stack.' },
} as const satisfies Section;
