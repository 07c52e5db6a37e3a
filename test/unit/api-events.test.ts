import { test } from 'node:test';
import { equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { eventText } from '../../src/api/events-route.ts';
import { waitFor } from '../support/wait-for.ts';
import { HttpRig } from './api-http-rig.ts';

test('an event is its name and a field for each line of its payload', () => {
  equal(
    eventText({ type: 'PROCESS_LOG_STDOUT', payload: 'processname:a\nline 1\r\nline 2' }),
    'event: PROCESS_LOG_STDOUT\ndata: processname:a\ndata: line 1\ndata: line 2\n\n',
  );
});

test('a client is sent what happens while it listens, and nobody watches when it has gone', async () => {
  await using rig = await HttpRig.open();
  const client = rig.connect();
  let received = '';
  client.setEncoding('utf8').on('data', (text: string) => (received += text));
  client.write('GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
  await waitFor('the stream', () => rig.watchers.size === 1);

  for (const take of rig.watchers) take({ type: 'TICK_5', payload: 'when:5' });
  await waitFor('the event', () => received.includes('data: when:5\n\n'));
  client.destroy();
  await once(client, 'close');
  await waitFor('nobody', () => rig.watchers.size === 0);

  match(received, /^HTTP\/1\.1 200 OK\r\n/);
  match(received, /Content-Type: text\/event-stream\r\n/);
});

test('a client that never reads is cut off, and the memory is bounded', async () => {
  await using rig = await HttpRig.open();
  const client = rig.connect();
  client.pause();
  client.write('GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
  await waitFor('the stream', () => rig.watchers.size === 1);

  const payload = 'x'.repeat(64 * 1024);
  for (let count = 0; count < 200; count++)
    for (const take of rig.watchers) take({ type: 'PROCESS_LOG_STDOUT', payload });

  await waitFor('the end of the stream', () => rig.watchers.size === 0);
  client.destroy();
});

test('only GET, and only this path', async () => {
  await using rig = await HttpRig.open();

  match(await rig.exchange('POST /api/v1/events HTTP/1.0\r\nContent-Length: 0\r\n\r\n'), /^HTTP\/1\.1 405 /);
  match(await rig.exchange('GET /api/v1/events/x HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 404 /);
});
