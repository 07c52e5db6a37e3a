/** The table of docs/EVENTS.md: every event type, when it happens, and its payload as it is written to a listener. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  EVENT_TYPES,
  type EventType,
  isEventType,
  lineageOf,
  type Notification,
} from '../src/core/event-types.ts';
import { payloadOf } from '../src/core/event-wire.ts';

const path = join(import.meta.dirname, '../docs/EVENTS.md');
const begin = '<!-- The table is written by scripts/docs.ts. -->\n';
const end = '<!-- The end of the table. -->\n';

const WHEN: Readonly<Record<EventType, string>> = {
  EVENT: 'everything',
  PROCESS_STATE: 'a process has entered another state',
  PROCESS_STATE_STARTING: 'it is being started; `tries`: how many starts in a row have failed',
  PROCESS_STATE_RUNNING: 'it has stayed up for startsecs',
  PROCESS_STATE_BACKOFF: 'its start has failed, and is tried again later',
  PROCESS_STATE_STOPPING: 'it was asked to end',
  PROCESS_STATE_EXITED: 'it has ended by itself',
  PROCESS_STATE_STOPPED: 'it has ended because it was asked to; pid 0: there was no process any more',
  PROCESS_STATE_FATAL: 'its starts have failed too often',
  PROCESS_STATE_UNKNOWN: 'the kernel has refused our signal to it',
  PROCESS_COMMUNICATION: 'a program has written a text between the two markers',
  PROCESS_COMMUNICATION_STDOUT: 'to its standard output',
  PROCESS_COMMUNICATION_STDERR: 'to its standard error',
  PROCESS_LOG: 'a program has written something',
  PROCESS_LOG_STDOUT: 'to its standard output, and has `stdout_events_enabled`',
  PROCESS_LOG_STDERR: 'to its standard error, and has `stderr_events_enabled`',
  REMOTE_COMMUNICATION: 'a client has called `supervisor.sendRemoteCommEvent(type, data)`',
  SUPERVISOR_STATE_CHANGE: 'tsupervisor itself',
  SUPERVISOR_STATE_CHANGE_RUNNING: 'begins, also after a restart by HUP or `reload`',
  SUPERVISOR_STATE_CHANGE_STOPPING: 'is about to stop everything, to end or to restart',
  TICK: 'the wall clock has entered another period',
  TICK_5: 'of five seconds',
  TICK_60: 'of a minute',
  TICK_3600: 'of an hour',
  PROCESS_GROUP: 'the groups have changed',
  PROCESS_GROUP_ADDED: 'one has been added: at the start, by `update` or by `add`',
  PROCESS_GROUP_REMOVED: 'one has been removed, by `update` or by `remove`',
};

const named = (name: string) => ({ process: { name, group: name } });
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** What a run of the executable has told; UNKNOWN, which needs a kernel that refuses, is made up. */
const SAMPLES: readonly Notification[] = [
  { type: 'PROCESS_STATE_STARTING', ...named('bad'), from: 'BACKOFF', tries: 1 },
  { type: 'PROCESS_STATE_RUNNING', ...named('web'), from: 'STARTING', pid: 31_259 },
  { type: 'PROCESS_STATE_BACKOFF', ...named('bad'), from: 'STARTING', tries: 2 },
  { type: 'PROCESS_STATE_STOPPING', ...named('web'), from: 'RUNNING', pid: 31_259 },
  {
    type: 'PROCESS_STATE_EXITED',
    ...named('job'),
    from: 'RUNNING',
    pid: 31_255,
    expected: false,
    end: { kind: 'exited', code: 3 },
  },
  { type: 'PROCESS_STATE_STOPPED', ...named('web'), from: 'STOPPING', pid: 31_259 },
  { type: 'PROCESS_STATE_FATAL', ...named('bad'), from: 'BACKOFF' },
  { type: 'PROCESS_STATE_UNKNOWN', ...named('web'), from: 'STOPPING' },
  { type: 'PROCESS_COMMUNICATION_STDOUT', ...named('comm'), pid: 31_254, data: bytes('{"order": 7}') },
  { type: 'PROCESS_COMMUNICATION_STDERR', ...named('comm'), pid: 31_254, data: bytes('oops') },
  { type: 'PROCESS_LOG_STDOUT', ...named('web'), pid: 31_259, data: bytes('grüße\n') },
  { type: 'PROCESS_LOG_STDERR', ...named('job'), pid: 31_255, data: bytes('sorry\n') },
  { type: 'REMOTE_COMMUNICATION', kind: 'deploy', data: 'version 7' },
  { type: 'SUPERVISOR_STATE_CHANGE_RUNNING' },
  { type: 'SUPERVISOR_STATE_CHANGE_STOPPING' },
  { type: 'TICK_5', when: 1_795_229_605 },
  { type: 'TICK_60', when: 1_795_230_000 },
  { type: 'TICK_3600', when: 1_795_230_000 },
  { type: 'PROCESS_GROUP_ADDED', group: 'web' },
  { type: 'PROCESS_GROUP_REMOVED', group: 'late' },
];

const types = [...EVENT_TYPES.keys()].filter(isEventType);

/** Types above others never come themselves. */
const isAbstract = (type: EventType): boolean =>
  types.some((other) => other !== type && lineageOf(other).includes(type));

function payloadCell(type: EventType): string {
  if (isAbstract(type)) return '';
  const sample = SAMPLES.find((each) => each.type === type);
  if (sample === undefined) throw new Error(`cannot show ${type}: it has no sample`);
  const payload = payloadOf(sample);
  return payload === '' ? 'empty' : `\`${payload.replaceAll('\n', '⏎')}\``;
}

function row(type: EventType): string {
  const indent = '&emsp;'.repeat(lineageOf(type).length - 1);
  const name = isAbstract(type) ? `**${type}**` : type;
  return `| ${indent}${name} | ${WHEN[type]} | ${payloadCell(type)} |`;
}

const table = (): string =>
  ['| type | it happens when | payload |', '| --- | --- | --- |', ...types.map(row), ''].join('\n');

/** The whole document: what people have written stays, the table between the two comments is made anew. */
export function eventsDocument(): string {
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`cannot write ${path}: a comment is missing`);
  return `${before}${begin}\n${table()}\n${end}${after}`;
}
