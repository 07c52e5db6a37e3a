import assert from 'node:assert/strict';
import { type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { type XmlRpcValue } from '../../src/api/xml-rpc.ts';
import { FakeServer, processInfo, type Ran, runClient } from './ctl-fake-server.ts';

async function healthOf(...processes: readonly XmlRpcValue[]): Promise<Ran> {
  await using server = await FakeServer.start({ methods: new Map([['getAllProcessInfo', () => processes]]) });
  return await runClient(['-s', server.serverurl, 'health']);
}

const ready = async (status: number, body: string): Promise<Ran> => {
  const page = (response: ServerResponse): void => void response.writeHead(status).end(body);
  await using server = await FakeServer.start({ pages: new Map([['/readyz', page]]) });
  return await runClient(['-s', server.serverurl, 'health']);
};

test('all RUNNING, stopped on purpose, or over as expected: healthy', async () => {
  const ran = await healthOf(
    processInfo({}),
    processInfo({ statename: 'STOPPED', spawnerr: 'Exited too quickly' }),
    processInfo({ statename: 'EXITED' }),
  );

  assert.deepEqual(ran, { stdout: 'healthy\n', stderr: '', code: 0 });
});

test('one line says everything that is not up', async () => {
  const ran = await healthOf(
    processInfo({}),
    processInfo({ name: 'a', group: 'g', statename: 'FATAL', spawnerr: 'Exited too quickly' }),
    processInfo({ statename: 'EXITED', spawnerr: 'Bad exit code 3' }),
    processInfo({ name: 'c', statename: 'STARTING' }),
  );

  assert.equal(
    ran.stdout,
    'unhealthy: g:a is FATAL (Exited too quickly), cat is EXITED (Bad exit code 3), cat:c is STARTING\n',
  );
  assert.equal(ran.code, 1);
});

test('a server that knows whether it is ready is believed', async () => {
  assert.deepEqual(await ready(200, 'ready\n'), { stdout: 'healthy\n', stderr: '', code: 0 });
  assert.deepEqual(await ready(503, 'db is STARTING\nweb waits for db\n'), {
    stdout: 'unhealthy: db is STARTING, web waits for db\n',
    stderr: '',
    code: 1,
  });
});

test('no server is one line and exit code 1, the only one that Docker knows', async () => {
  const { stdout, code } = await runClient(['-s', 'unix:///nonexistent', 'health']);

  assert.match(
    stdout,
    /^unhealthy: cannot ask unix:\/\/\/nonexistent: \[Errno 2\] No such file or directory \(.*\)\n$/,
  );
  assert.equal(code, 1);
});

test('a config that cannot be used is exit code 1 of health, and 2 of other commands', async () => {
  const broken = { kind: 'error', error: 'no' } as const;

  assert.equal((await runClient(['health'], '', broken)).code, 1);
  assert.equal((await runClient(['status', 'health'], '', broken)).code, 2);
});

const twoEvents = (response: ServerResponse): void =>
  void response
    .writeHead(200, { 'Content-Type': 'text/event-stream' })
    .end(': hello\n\nevent: PROCESS_STATE_RUNNING\ndata: {"pid":5}\nid: 7\n\ndata: a\ndata: b\r\n\r\n');

test('events are printed one a line, until the server ends the stream', async () => {
  await using server = await FakeServer.start({ pages: new Map([['/api/v1/events', twoEvents]]) });

  const ran = await runClient(['-s', server.serverurl, 'events']);

  assert.deepEqual(ran, { stdout: 'PROCESS_STATE_RUNNING {"pid":5}\na b\n', stderr: '', code: 0 });
});

test('a server without events says so in one line', async () => {
  await using server = await FakeServer.start({});

  const { stdout, code } = await runClient(['-s', server.serverurl, 'events']);

  assert.equal(
    stdout,
    `cannot stream events: ${server.serverurl} has no /api/v1/events: only tsupervisor has it\n`,
  );
  assert.equal(code, 1);
});
