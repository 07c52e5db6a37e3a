/**
 * How a notification is written to the standard input of an event listener: a header line, then the payload.
 *
 * `len` counts characters (code points), as Supervisor 4 under Python 3 does: its childutils, and with it nearly
 * every listener, reads that many characters from a text stream. A reader of bytes sees the same number as long as
 * the payload is ASCII; for other payloads the two cannot both be right, so a pool may be told to count bytes.
 *
 * Source: supervisor/events.py (payload), process.py (_eventEnvelope), childutils.py (wait) of 4.2.5.
 */
import { type ConcreteType, type EventData, type Notification, type Subject } from './event-types.ts';
import { exitCodeOf } from './exit-status.ts';
import { bytesRepr } from './python-bytes.ts';

/** What `len` counts. */
export type LengthUnit = 'characters' | 'bytes';

/** The numbers and names of one delivery. */
export interface Envelope {
  /** `identifier` of [supervisord]. */
  readonly server: string;
  readonly serial: number;
  readonly pool: string;
  readonly poolSerial: number;
  readonly type: ConcreteType;
  readonly payload: string;
  readonly lengthUnit: LengthUnit;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

type Writers = { readonly [T in ConcreteType]: (data: EventData[T]) => string };

const processOf = ({ name, group }: Subject): string => `processname:${name} groupname:${group}`;

const stateHead = ({ process, from }: EventData['PROCESS_STATE_FATAL']): string =>
  `${processOf(process)} from_state:${from}`;

const withTries = (data: EventData['PROCESS_STATE_STARTING']): string =>
  `${stateHead(data)} tries:${data.tries}`;

const withPid = (data: EventData['PROCESS_STATE_RUNNING']): string => `${stateHead(data)} pid:${data.pid}`;

/** The exit status stands last, where a parser of `key:value` words takes it and one that knows no such key skips it. */
const withEnd = (data: EventData['PROCESS_STATE_EXITED']): string =>
  `${stateHead(data)} expected:${data.expected ? 1 : 0} pid:${data.pid} exitstatus:${exitCodeOf(data.end)}`;

const logOf =
  (channel: string) =>
  ({ process, pid, data }: EventData['PROCESS_LOG_STDOUT']): string =>
    `${processOf(process)} pid:${pid} channel:${channel}\n${textOf(data)}`;

const communication = ({ process, pid, data }: EventData['PROCESS_COMMUNICATION_STDOUT']): string =>
  `${processOf(process)} pid:${pid}\n${textOf(data)}`;

const nothing = (): string => '';

const tick = ({ when }: EventData['TICK_5']): string => `when:${when}`;

const groupName = ({ group }: EventData['PROCESS_GROUP_ADDED']): string => `groupname:${group}\n`;

const WRITERS: Writers = {
  PROCESS_STATE_STARTING: withTries,
  PROCESS_STATE_BACKOFF: withTries,
  PROCESS_STATE_RUNNING: withPid,
  PROCESS_STATE_STOPPING: withPid,
  PROCESS_STATE_STOPPED: withPid,
  PROCESS_STATE_EXITED: withEnd,
  PROCESS_STATE_FATAL: stateHead,
  PROCESS_STATE_UNKNOWN: stateHead,
  PROCESS_LOG_STDOUT: logOf('stdout'),
  PROCESS_LOG_STDERR: logOf('stderr'),
  PROCESS_COMMUNICATION_STDOUT: communication,
  PROCESS_COMMUNICATION_STDERR: communication,
  REMOTE_COMMUNICATION: ({ kind, data }) => `type:${kind}\n${data}`,
  SUPERVISOR_STATE_CHANGE_RUNNING: nothing,
  SUPERVISOR_STATE_CHANGE_STOPPING: nothing,
  TICK_5: tick,
  TICK_60: tick,
  TICK_3600: tick,
  PROCESS_GROUP_ADDED: groupName,
  PROCESS_GROUP_REMOVED: groupName,
};

/** The payload of a notification. */
export function payloadOf(notification: Notification): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript cannot correlate the two unions; `Writers` has checked every cell
  const write = WRITERS[notification.type] as (data: Notification) => string;
  return write(notification).toWellFormed();
}

/** The header line and the payload, as bytes. */
export function writeEnvelope(envelope: Envelope): Uint8Array {
  const { server, serial, pool, poolSerial, type, payload, lengthUnit } = envelope;
  const length = lengthUnit === 'bytes' ? encoder.encode(payload).length : charactersIn(payload);
  const numbers = `ver:3.0 server:${server} serial:${serial} pool:${pool} poolserial:${poolSerial}`;
  return encoder.encode(`${numbers} eventname:${type} len:${length}\n${payload}`);
}

/** Output as text: UTF-8, or `Undecodable: b'…'` with the bytes as Python shows them. */
export function textOf(data: Uint8Array): string {
  try {
    return decoder.decode(data);
  } catch {
    // The only thing that a fatal decoder throws is that these bytes are no UTF-8.
    return `Undecodable: ${bytesRepr(data)}`;
  }
}

/** Code points, as Python counts them; a UTF-16 pair is one. */
function charactersIn(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff) pairs++;
  }
  return text.length - pairs;
}
