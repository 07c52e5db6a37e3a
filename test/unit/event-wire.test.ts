import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type Notification, isEventType, lineageOf, typesBelow } from '../../src/core/event-types.ts';
import { payloadOf, textOf, writeEnvelope } from '../../src/core/event-wire.ts';

const process = { name: 'a', group: 'g' };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a subscription to a type brings all types below it', () => {
  deepEqual([...typesBelow(['TICK'])].toSorted(), ['TICK', 'TICK_3600', 'TICK_5', 'TICK_60']);
  equal(typesBelow(['EVENT']).size, 27);
  deepEqual(lineageOf('PROCESS_LOG_STDERR'), ['PROCESS_LOG_STDERR', 'PROCESS_LOG', 'EVENT']);
});

test('a name that is a key of every object is no event type', () => {
  deepEqual(['constructor', 'TICK_5', 'tick_5'].map(isEventType), [false, true, false]);
});

const payloads: readonly (readonly [Notification, string])[] = [
  [
    { type: 'PROCESS_STATE_STARTING', process, from: 'STOPPED', tries: 0 },
    'processname:a groupname:g from_state:STOPPED tries:0',
  ],
  [
    { type: 'PROCESS_STATE_BACKOFF', process, from: 'STARTING', tries: 1 },
    'processname:a groupname:g from_state:STARTING tries:1',
  ],
  [
    { type: 'PROCESS_STATE_RUNNING', process, from: 'STARTING', pid: 381 },
    'processname:a groupname:g from_state:STARTING pid:381',
  ],
  [
    { type: 'PROCESS_STATE_STOPPING', process, from: 'RUNNING', pid: 386 },
    'processname:a groupname:g from_state:RUNNING pid:386',
  ],
  [
    { type: 'PROCESS_STATE_STOPPED', process, from: 'BACKOFF', pid: 0 },
    'processname:a groupname:g from_state:BACKOFF pid:0',
  ],
  [
    {
      type: 'PROCESS_STATE_EXITED',
      process,
      from: 'RUNNING',
      pid: 383,
      expected: false,
      end: { kind: 'exited', code: 3 },
    },
    'processname:a groupname:g from_state:RUNNING expected:0 pid:383 exitstatus:3',
  ],
  [
    {
      type: 'PROCESS_STATE_EXITED',
      process,
      from: 'RUNNING',
      pid: 383,
      expected: false,
      end: { kind: 'signaled', signal: 9, coreDumped: false },
    },
    'processname:a groupname:g from_state:RUNNING expected:0 pid:383 exitstatus:137',
  ],
  [{ type: 'PROCESS_STATE_FATAL', process, from: 'BACKOFF' }, 'processname:a groupname:g from_state:BACKOFF'],
  [
    { type: 'PROCESS_STATE_UNKNOWN', process, from: 'STOPPING' },
    'processname:a groupname:g from_state:STOPPING',
  ],
  [
    { type: 'PROCESS_LOG_STDERR', process, pid: 5, data: bytes('one\ntwo\n') },
    'processname:a groupname:g pid:5 channel:stderr\none\ntwo\n',
  ],
  [
    { type: 'PROCESS_COMMUNICATION_STDOUT', process, pid: 5, data: bytes('') },
    'processname:a groupname:g pid:5\n',
  ],
  [{ type: 'REMOTE_COMMUNICATION', kind: 'deploy', data: 'now' }, 'type:deploy\nnow'],
  [{ type: 'SUPERVISOR_STATE_CHANGE_RUNNING' }, ''],
  [{ type: 'TICK_5', when: 1_795_210_475 }, 'when:1795210475'],
  [{ type: 'PROCESS_GROUP_ADDED', group: 'g' }, 'groupname:g\n'],
];

for (const [notification, expected] of payloads)
  test(`${notification.type} is written as ${JSON.stringify(expected)}`, () => {
    equal(payloadOf(notification), expected);
  });

test('output that is no UTF-8 is shown as Python shows bytes', () => {
  equal(textOf(Uint8Array.of(255, 254, 39, 10, 92)), String.raw`Undecodable: b"\xff\xfe'\n\\"`);
  equal(textOf(Uint8Array.of(128, 39, 34)), `Undecodable: b'\\x80\\'"'`);
});

test('a byte order mark is kept', () => {
  equal(textOf(Uint8Array.of(0xef, 0xbb, 0xbf, 97)), '\uFEFFa');
});

test('output is passed on as it is, carriage returns too', () => {
  const data = bytes('10%\r20%\r\nend\r');

  equal(
    payloadOf({ type: 'PROCESS_LOG_STDOUT', process, pid: 5, data }),
    'processname:a groupname:g pid:5 channel:stdout\n10%\r20%\r\nend\r',
  );
});

const envelope = {
  server: 'supervisor',
  serial: 7,
  pool: 'p',
  poolSerial: 2,
  type: 'REMOTE_COMMUNICATION',
  payload: 'type:x\nüñ\u{1F600}',
} as const;

test('the header counts characters, as childutils does', () => {
  equal(
    new TextDecoder().decode(writeEnvelope({ ...envelope, lengthUnit: 'characters' })),
    'ver:3.0 server:supervisor serial:7 pool:p poolserial:2 eventname:REMOTE_COMMUNICATION len:10\ntype:x\nüñ\u{1F600}',
  );
});

test('the header counts bytes for a pool that asks for it', () => {
  const text = new TextDecoder().decode(writeEnvelope({ ...envelope, lengthUnit: 'bytes' }));

  equal(text.split('\n')[0]?.split(' ').at(-1), 'len:15');
});
