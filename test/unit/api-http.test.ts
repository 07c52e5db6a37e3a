import { deepEqual, equal, match } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { waitFor } from '../support/wait-for.ts';
import { FakeControl, FakeProcess } from './api-fake-control.ts';
import { callOf, HttpRig, statusOf, usedBytes } from './api-http-rig.ts';

const basic = (text: string): string => `Authorization: bAsic ${Buffer.from(text).toString('base64')}`;

const version = callOf('supervisor.getVersion');

/** Resolves when the pattern has come. */
const received = async (socket: Socket, pattern: RegExp): Promise<string> => {
  let text = '';
  socket.on('data', (chunk) => void (text += String(chunk)));
  return await waitFor(String(pattern), () => pattern.test(text) && text);
};

test('a call is answered, and the connection is closed when the client wishes so', async () => {
  await using rig = await HttpRig.open();

  const answer = await rig.post(version);

  match(
    answer,
    /^HTTP\/1\.1 200 OK\r\nServer: tsupervisor\r\nContent-Type: text\/xml\r\nContent-Length: 129\r\n/,
  );
  match(answer, /Connection: close\r\n/);
  match(answer, /<string>3\.0<\/string>/);
});

test('a connection serves several calls, also when they are sent at once', async () => {
  await using rig = await HttpRig.open();
  const request = `POST /RPC2 HTTP/1.1\r\nContent-Length: ${version.length}\r\n\r\n${version}`;
  const socket = rig.connect();
  socket.write(request + request);

  await received(socket, /(<string>3\.0<\/string>[^]*){2}/);
  socket.write(request);

  await once(socket, 'data');
  socket.destroy();
});

test('HTTP/1.0 closes unless it is asked to keep the connection', async () => {
  await using rig = await HttpRig.open();

  const answer = await rig.exchange(
    `POST /RPC2 HTTP/1.0\r\nContent-Length: ${version.length}\r\n\r\n${version}`,
  );
  match(answer, /^HTTP\/1\.1 200/);

  const socket = rig.connect();
  const keep = `POST /RPC2 HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: ${version.length}\r\n\r\n${version}`;
  socket.write(keep);
  await received(socket, /Connection: keep-alive[^]*<\/methodResponse>/i);
  socket.write(keep);
  await once(socket, 'data');
  socket.destroy();
});

test('a body may come in chunks, and after a 100 Continue', async () => {
  await using rig = await HttpRig.open();
  const chunk = `${version.length.toString(16)}\r\n${version}\r\n0\r\n\r\n`;

  equal(statusOf(await rig.ask('POST /RPC2', ['Transfer-Encoding: chunked'], chunk)), 200);

  const socket = rig.connect();
  socket.write(`POST /RPC2 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: ${version.length}\r\n\r\n`);
  await received(socket, /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
  socket.write(version);
  await received(socket, /HTTP\/1\.1 200 OK/);
  socket.destroy();
});

const REFUSALS: readonly (readonly [string, string, readonly string[], string, number])[] = [
  ['a call without a body', 'POST /RPC2', ['Content-Length: 0'], '', 400],
  ['a call without a length', 'POST /RPC2', [], '', 411],
  ['what is no XML', 'POST /RPC2', ['Content-Length: 3'], 'foo', 400],
  ['what is no UTF-8', 'POST /RPC2', ['Content-Length: 2'], '\ud800', 400],
  ['a GET of the RPC interface', 'GET /RPC2', [], '', 405],
  ['a HEAD of the RPC interface', 'HEAD /RPC2', [], '', 405],
  ['an unknown path', 'GET /nothing', [], '', 404],
  ['the page that Supervisor has', 'GET /', [], '', 404],
  ['a longer name than that of the page for probes', 'GET /ok.html5', [], '', 404],
  ['a path that climbs', 'GET /logtail/../../etc/passwd', [], '', 404],
  ['a log that does not exist', 'GET /logtail/nobody', [], '', 404],
  ['the activity log when it is no file', 'GET /mainlogtail', [], '', 404],
  ['half an escape', 'GET /logtail/%4', [], '', 404],
  ['a POST to a log', 'POST /mainlogtail', ['Content-Length: 0'], '', 405],
  ['a length that is no number', 'POST /RPC2', ['Content-Length: x'], '', 400],
  ['headers without end', 'GET /RPC2', [`X: ${'x'.repeat(20_000)}`], '', 431],
];

for (const [what, line, headers, body, status] of REFUSALS)
  test(`${what} is answered with ${status}`, async () => {
    await using rig = await HttpRig.open();

    equal(statusOf(await rig.ask(line, headers, body)), status);
  });

test('a probe that asks for ok.html is told OK', async () => {
  await using rig = await HttpRig.open();

  match(
    await rig.ask('GET /ok.html'),
    /^HTTP\/1\.1 200 OK\r\n[^]*Content-Type: text\/plain\r\n[^]*\r\n\r\nOK$/,
  );
  match(await rig.ask('HEAD /ok.html'), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
});

test('a body that is too long is answered with 413 after it has come, and never kept', async () => {
  await using rig = await HttpRig.open();
  const socket = rig.connect();
  const megabyte = Buffer.alloc(2 ** 20, 'x');
  socket.write('POST /RPC2 HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n');
  const answer = received(socket, /^HTTP\/1\.1 413 Payload Too Large|^HTTP\/1\.1 413/);
  const before = usedBytes();

  for (let count = 0; count < 50; count++) {
    socket.write('100000\r\n');
    if (!socket.write(megabyte)) await once(socket, 'drain');
    socket.write('\r\n');
  }
  socket.write('0\r\n\r\n');

  await answer;
  await waitFor('the bodies forgotten', () => usedBytes() - before < 10 * 2 ** 20);
});

test('without the right name and password nothing is answered', async () => {
  const credentials = { username: 'user', password: 'pa:ss' };
  await using rig = await HttpRig.open({ credentials });

  const denied = await rig.post(version);
  equal(statusOf(denied), 401);
  match(denied, /WWW-Authenticate: Basic realm="default"\r\n/);
  match(denied, /Connection: close\r\n/);
  for (const wrong of ['user:pass', 'user:', 'other:pa:ss', ':', 'USER:pa:ss'])
    equal(statusOf(await rig.post(version, [basic(wrong)])), 401, wrong);
  equal(statusOf(await rig.post(version, ['Authorization: Digest x'])), 401);
  equal(statusOf(await rig.post(version, [basic('nocolon')])), 400);
  equal(statusOf(await rig.ask('GET /anything')), 401);
  equal(statusOf(await rig.post(version, [basic('user:pa:ss')])), 200);
});

test('a password may be given as its SHA-1', async () => {
  const password = `{SHA}${createHash('sha1').update('geheim').digest('hex')}`;
  await using rig = await HttpRig.open({ credentials: { username: 'user', password } });

  equal(statusOf(await rig.post(version, [basic('user:geheim')])), 200);
  equal(statusOf(await rig.post(version, [basic(`user:${password}`)])), 401);
});

test('whoever may not come in is told so before the body', async () => {
  await using rig = await HttpRig.open({ credentials: { username: 'a', password: 'b' } });

  for (const body of ['', '12345']) {
    const answer = await rig.exchange(
      `POST /RPC2 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n${body}`,
    );

    equal(statusOf(answer), 401);
    match(answer, /Connection: close\r\n[^]*<\/body>/);
  }
});

test('a page of another site cannot make a browser call us', async () => {
  await using rig = await HttpRig.open();

  equal(statusOf(await rig.post(version, ['Origin: http://evil.example'])), 403);
  equal(statusOf(await rig.post(version, ['Origin: null'])), 403);
  equal(statusOf(await rig.post(version, ['Sec-Fetch-Site: cross-site'])), 403);
  equal(statusOf(await rig.post(version, ['Origin: http://localhost'])), 200);
});

test('a change names its caller in the activity log', async () => {
  await using rig = await HttpRig.open({ control: new FakeControl([new FakeProcess('web')]) });
  const body = callOf('supervisor.clearProcessLogs').replace(
    '<params>',
    "<params><param><value>we'b</value></param>",
  );

  await rig.post(body);

  deepEqual(rig.log, [`info supervisor.clearProcessLogs("we'b") called by uid 34 (pid 12)`]);
});

test('a method that breaks is answered with 500 and its stack is logged', async () => {
  const control = new FakeControl([]);
  control.reread = () => {
    throw new Error('broken');
  };
  await using rig = await HttpRig.open({ control });

  equal(statusOf(await rig.post(callOf('supervisor.reloadConfig'))), 500);

  match(rig.log.join('\n'), /critical cannot answer POST \/RPC2: Error: broken\n {4}at/);
});

test('a client that leaves in the middle of a start does not stop it', async () => {
  const web = new FakeProcess('web');
  await using rig = await HttpRig.open({ control: new FakeControl([web]) });
  const body = callOf('supervisor.startAllProcesses');
  const socket = rig.connect();
  socket.write(`POST /RPC2 HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await waitFor('the start', () => web.done.includes('start'));

  socket.destroy();
  web.enter(['RUNNING']);

  await waitFor('the end of the watch', () => web.observerCount === 0);
  equal(statusOf(await rig.post(version)), 200);
});

test('clients that send nothing, or never finish, hold nobody up and give way to others', async () => {
  await using rig = await HttpRig.open({ maxConnections: 50 });
  const idle = Array.from({ length: 300 }, (_none, index) => {
    const socket = rig.connect();
    if (index % 2 === 1) socket.write('POST /RPC2 HTTP/1.1\r\nContent-');
    return socket;
  });
  await Promise.all(idle.map((socket) => once(socket, 'connect')));

  equal(statusOf(await rig.post(version)), 200);

  for (const socket of idle) socket.destroy();
});

/** A request whose answer is larger than what the kernel keeps for a client. */
const large = ((): string => {
  const help =
    '<value><struct><member><name>methodName</name><value>system.listMethods</value></member></struct></value>';
  const body = callOf('system.multicall').replace(
    '<params>',
    `<params><param><value><array><data>${help.repeat(1000)}</data></array></value></param>`,
  );
  return `POST /RPC2 HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
})();

test('clients that never finish a body, or do not read what they have asked for, give way to others', async () => {
  const half = 'POST /RPC2 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n<';
  for (const request of [half, large]) {
    await using rig = await HttpRig.open({ maxConnections: 10 });
    const slow = Array.from({ length: 10 }, () => rig.connect());
    for (const socket of slow) {
      socket.write(request);
      await once(socket, 'data');
      socket.pause();
    }

    equal(statusOf(await rig.post(version)), 200);

    for (const socket of slow) socket.destroy();
  }
});

test('a client that takes nothing of its answer for long is left', async () => {
  await using rig = await HttpRig.open({ patienceMs: 20 });
  const socket = rig.connect().pause();
  socket.write(large);

  await waitFor('the end of the connection', () => {
    if (!socket.destroyed) socket.write('\r\n');
    return socket.destroyed;
  });
});

test('a stream may rest for longer than an answer', async () => {
  await using rig = await HttpRig.open({ patienceMs: 20 });
  const stalled = rig.connect().pause();
  const watching = rig.connect();
  watching.write('GET /api/v1/events HTTP/1.1\r\n\r\n');
  await received(watching, /\r\n\r\n/);
  stalled.write(large);

  await waitFor('the end of the other connection', () => {
    if (!stalled.destroyed) stalled.write('\r\n');
    return stalled.destroyed;
  });
  for (const take of rig.watchers) take({ type: 'TICK_5', payload: 'when:5' });

  await received(watching, /when:5/);
  watching.destroy();
});

test('calls that are sent at once are made one after the other', async () => {
  const web = new FakeProcess('web');
  await using rig = await HttpRig.open({ control: new FakeControl([web]) });
  const socket = rig.connect();
  for (const method of ['startAllProcesses', 'clearAllProcessLogs'] as const) {
    const body = callOf(`supervisor.${method}`);
    socket.write(`POST /RPC2 HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }
  await waitFor('the start', () => web.done.includes('start'));
  equal(statusOf(await rig.post(version)), 200);
  equal(rig.log.length, 1);

  web.enter(['RUNNING']);

  await received(socket, /(<\/methodResponse>[^]*){2}/);
  match(rig.log.join('\n'), /startAllProcesses.*\n.*clearAllProcessLogs/);
  socket.destroy();
});

const startAll = callOf('supervisor.startAllProcesses');

/** Tells the statuses of all answers that have come so far. */
function statusesOn(socket: Socket): () => readonly string[] {
  let text = '';
  socket.on('data', (chunk) => void (text += String(chunk)));
  return () => Array.from(text.matchAll(/^HTTP\/1\.1 (\d+)/gm), ([, status = '']) => status);
}

/** A call that takes until the test lets the process run, and small requests behind it. */
const behindStart = (count: number): string =>
  `POST /RPC2 HTTP/1.1\r\nContent-Length: ${startAll.length}\r\n\r\n${startAll}` +
  'GET / HTTP/1.1\r\n\r\n'.repeat(count);

test('a hundred requests wait for their turn', async () => {
  const web = new FakeProcess('web');
  await using rig = await HttpRig.open({ control: new FakeControl([web]) });
  const socket = rig.connect();
  const statuses = statusesOn(socket);
  socket.write(behindStart(100));
  await waitFor('the start', () => web.done.includes('start'));

  web.enter(['RUNNING']);

  await waitFor('all answers', () => statuses().length === 101);
  deepEqual(statuses(), ['200', ...Array.from({ length: 100 }, () => '404')]);
  socket.destroy();
});

test('a connection on which more requests wait is broken, and nothing of them is kept', async () => {
  await using rig = await HttpRig.open({ control: new FakeControl([new FakeProcess('web')]) });
  const socket = rig.connect().resume();

  socket.write(behindStart(100_000));

  await waitFor('the end of the connection', () => socket.destroyed);
  equal(statusOf(await rig.post(version)), 200);
});

test('ten thousand requests of noise break nothing and leak nothing', async () => {
  await using rig = await HttpRig.open({ maxConnections: 20 });
  const piece = fc.oneof(
    fc.constantFrom(
      'POST /RPC2 HTTP/1.1\r\n',
      'Content-Length: 9\r\n',
      '\r\n',
      'GET / HTTP/1.0\r\n',
      version,
    ),
    fc.constantFrom(
      'Transfer-Encoding: chunked\r\n',
      '<methodCall>',
      '<value>',
      '</value>',
      '&lt;',
      'ffffffff\r\n',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const noise = fc.sample(fc.array(piece, { maxLength: 8 }), 10_000).map((pieces) => pieces.join(''));
  const send = async (bytes: string): Promise<void> => {
    const socket = rig.connect();
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
  };
  await send('x');
  const before = readdirSync('/proc/self/fd').length;

  for (let index = 0; index < noise.length; index += 10)
    await Promise.all(noise.slice(index, index + 10).map(send));

  equal(statusOf(await rig.post(version)), 200);
  await waitFor('the descriptors closed', () => readdirSync('/proc/self/fd').length <= before);
  deepEqual(
    rig.log.filter((line) => line.startsWith('critical')),
    [],
  );
});

test('ten thousand bodies of noise are answered as calls or refused as none', async () => {
  await using rig = await HttpRig.open();
  const piece = fc.oneof(
    fc.constantFrom('<methodCall>', '</methodCall>', '<methodName>', '</methodName>', 'supervisor.getState'),
    fc.constantFrom(
      '<params>',
      '</params>',
      '<param>',
      '</param>',
      '<value>',
      '</value>',
      '<int>',
      '</int>',
      '7',
    ),
    fc.constantFrom(
      '<array><data>',
      '</data></array>',
      '<struct>',
      '</struct>',
      '<!DOCTYPE a>',
      '&a;',
      ']]>',
      '<![CDATA[',
    ),
    fc.string({ unit: 'binary', maxLength: 10 }),
  );
  const tail = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const body = fc.oneof(
    tail,
    tail.map((text) => `<methodCall><methodName>supervisor.getState</methodName>${text}`),
  );
  const socket = rig.connect();
  const statuses = statusesOn(socket);
  const texts = fc.sample(body, 10_000);

  for (let sent = 0; sent < texts.length; sent += 100) {
    await waitFor('the answers', () => statuses().length === sent);
    for (const text of texts.slice(sent, sent + 100)) {
      const bytes = Buffer.from(text);
      socket.write(`POST /RPC2 HTTP/1.1\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      socket.write(bytes);
    }
  }

  await waitFor('all answers', () => statuses().length === texts.length);
  deepEqual(
    statuses().filter((status) => status !== '200' && status !== '400'),
    [],
  );
  socket.destroy();
});
