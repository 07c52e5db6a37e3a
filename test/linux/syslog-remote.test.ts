import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { parseSyslogAddress, type SyslogAddress } from '../../src/core/syslog-address.ts';
import { UnixDatagram } from '../../src/linux/datagram.ts';
import { type SinkReport } from '../../src/output/sink.ts';
import { LocalSyslog } from '../../src/output/syslog-local.ts';
import { localHeader, remoteHeader } from '../../src/output/syslog-message.ts';
import { RemoteSyslog } from '../../src/output/syslog-remote.ts';
import { SyslogSink } from '../../src/output/syslog-sink.ts';
import { Lines } from '../support/lines.ts';
import { freePort } from '../support/port.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';

const now = (): Date => new Date('2026-11-05T03:04:05.678Z');

const header = remoteHeader({ host: 'box', process: 'web', pid: 42, stream: 'stdout' });

function sinkTo(address: SyslogAddress): {
  readonly sink: SyslogSink;
  readonly outlet: RemoteSyslog;
  readonly reports: SinkReport[];
} {
  const reports: SinkReport[] = [];
  const outlet = new RemoteSyslog({ address, report: (report) => void reports.push(report) });
  return { sink: new SyslogSink({ outlet, header, now }), outlet, reports };
}

const addresses: readonly (readonly [string, SyslogAddress | undefined])[] = [
  ['syslog://logs', { protocol: 'udp', host: 'logs', port: 514 }],
  ['syslog+udp://10.0.0.1:5140', { protocol: 'udp', host: '10.0.0.1', port: 5140 }],
  ['syslog+tcp://[::1]', { protocol: 'tcp', host: '::1', port: 601 }],
  ['syslog+tcp://logs:99999', undefined],
  ['syslog://logs/path', undefined],
  ['syslog://', undefined],
  ['http://logs', undefined],
  ['/dev/log', undefined],
];

for (const [text, expected] of addresses)
  test(`${text} is ${expected === undefined ? 'no' : 'a'} syslog address`, () => {
    deepEqual(parseSyslogAddress(text), expected);
  });

test('fields of a header hold no blanks and are never empty', () => {
  const strange = remoteHeader({ host: '', process: 'grün web', pid: undefined, stream: 'stderr' });

  equal(strange(now()), '<14>1 2026-11-05T03:04:05.678Z - gr_n_web - stderr - ');
});

test('a UDP server gets one datagram a line', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  const { sink, outlet } = sinkTo({ protocol: 'udp', host: 'localhost', port: server.address().port });
  const received: string[] = [];
  server.on('message', (message) => void received.push(message.toString()));

  sink.write(Buffer.from('one\ntwo\n'));
  await waitFor('two datagrams', () => received.length === 2);

  deepEqual(received, [
    '<14>1 2026-11-05T03:04:05.678Z box web 42 stdout - one',
    '<14>1 2026-11-05T03:04:05.678Z box web 42 stdout - two',
  ]);
  outlet.close();
  server.close();
});

test('a UDP server that is not there is reported, and sending goes on', async () => {
  const { sink, outlet, reports } = sinkTo({ protocol: 'udp', host: '127.0.0.1', port: 9 });

  await waitFor('a report', () => {
    sink.write(Buffer.from('one\n'));
    return reports.length > 0;
  });

  match(JSON.stringify(reports), /"failed","sink":"syslog:\/\/127.0.0.1:9".*ECONNREFUSED/);
  outlet.close();
});

test('a UDP server that stays away is said once, and so is its return, with what was lost', async () => {
  const port = await freePort();
  const { sink, outlet, reports } = sinkTo({ protocol: 'udp', host: '127.0.0.1', port });
  const write = (): void => void sink.write(Buffer.from('one\n'));
  await waitFor('a report', () => {
    write();
    return reports.length > 0;
  });
  const { lostBytes } = outlet;
  await waitFor('a refusal of the second try', () => {
    write();
    return outlet.lostBytes > lostBytes;
  });
  equal(reports.length, 1);

  const server = createSocket('udp4').bind(port, '127.0.0.1');
  await waitFor('the return', () => {
    write();
    return reports.length > 1;
  });

  const [, recovered] = reports;
  ok(recovered?.type === 'recovered' && recovered.lostBytes === outlet.lostBytes && lostBytes > 0);
  outlet.close();
  server.close();
});

/** A TCP server that notes all it gets. */
class TcpServer implements AsyncDisposable {
  text = '';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('data', (chunk) => {
        this.text += chunk.toString();
      });
      socket.on('error', () => undefined);
    });
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

const frame = (text: string): string => {
  const message = `<14>1 2026-11-05T03:04:05.678Z box web 42 stdout - ${text}`;
  return `${Buffer.byteLength(message)} ${message}`;
};

test('a TCP server gets messages with their lengths in bytes', async () => {
  await using server = new TcpServer();
  const port = await freePort();
  await server.listen(port);
  const { sink, outlet } = sinkTo({ protocol: 'tcp', host: '127.0.0.1', port });

  sink.write(Buffer.from('grün\ntwo\n'));
  await sink.flush();
  await waitFor('both messages', () => server.text.endsWith('two'));

  equal(server.text, frame('grün') + frame('two'));
  outlet.close();
});

test('what a TCP server missed while it was away waits for it', { timeout: 100_000 }, async () => {
  const first = new TcpServer();
  const port = await freePort();
  await first.listen(port);
  const { sink, outlet, reports } = sinkTo({ protocol: 'tcp', host: '127.0.0.1', port });
  sink.write(Buffer.from('one\n'));
  await waitFor('the first message', () => first.text.endsWith('one'));
  await first[Symbol.asyncDispose]();
  await waitFor('a report', () => {
    sink.write(Buffer.from('between\n'));
    return reports.length > 0;
  });

  sink.write(Buffer.from('two\n'));
  await using second = new TcpServer();
  await second.listen(port);
  await waitFor('the last message', () => second.text.endsWith('two'));

  deepEqual(
    reports.map(({ type }) => type),
    ['failed', 'recovered'],
  );
  outlet.close();
});

test('a TCP server that never comes costs bounded memory and is said once', async () => {
  const { sink, outlet, reports } = sinkTo({ protocol: 'tcp', host: '127.0.0.1', port: 9 });
  const line = Buffer.from(`${'x'.repeat(1000)}\n`);

  for (let count = 0; count < 2000; count++) sink.write(line);
  await waitFor('a report', () => reports.length > 0);

  equal(outlet.lostBytes > 1000 * 1400, true);
  equal(sink.isFull, false);
  deepEqual(
    reports.map(({ type }) => type),
    ['failed'],
  );
  outlet.close();
});

/** Debian's rsyslog, listening everywhere it can, writing what it understood of each message. */
class Rsyslog implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #errors: Lines;

  constructor(scratch: Scratch, port: number) {
    const config = scratch.write(
      'rsyslog.conf',
      `module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${scratch.path('log')}")
module(load="imudp") input(type="imudp" address="127.0.0.1" port="${port}")
module(load="imtcp") input(type="imtcp" address="127.0.0.1" port="${port}")
template(name="seen" type="string" string="%syslogpriority-text%.%syslogfacility-text%|%app-name%|%procid%|%msgid%|%msg%\\n")
*.* action(type="omfile" file="${scratch.path('seen')}" template="seen" asyncWriting="off" ioBufferSize="1" flushOnTXEnd="on")
`,
    );
    const argv = ['-n', '-f', config, '-i', scratch.path('pid')];
    this.#child = spawn('/usr/sbin/rsyslogd', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    if (this.#child.stderr === null) throw new Error('cannot read rsyslogd');
    this.#errors = new Lines('rsyslogd', [this.#child.stderr]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#errors.end();
  }
}

test('rsyslog understands all three ways', { timeout: 60_000 }, async () => {
  await using scratch = new Scratch();
  scratch.write('seen', '');
  const port = await freePort();
  await using rsyslog = new Rsyslog(scratch, port);
  void rsyslog;
  const local = new LocalSyslog({
    path: scratch.path('log'),
    connect: (path) => new UnixDatagram(path),
    report: () => undefined,
  });
  const udp = sinkTo({ protocol: 'udp', host: '127.0.0.1', port });
  const tcp = sinkTo({ protocol: 'tcp', host: '127.0.0.1', port });
  const localSink = new SyslogSink({
    outlet: local,
    header: localHeader({ ident: 'supervisord', process: 'web' }),
  });
  const seen = (text: string): Promise<true> => waitFor(text, () => scratch.read('seen').includes(text));

  localSink.write(Buffer.from('local grün\n'));
  await seen('local');
  udp.sink.write(Buffer.from('by udp\n'));
  await seen('by udp');
  tcp.sink.write(Buffer.from('by tcp\n'));
  await seen('by tcp');

  deepEqual(scratch.read('seen').trimEnd().split('\n'), [
    'info.user|supervisord|-|-| web local grün',
    'info.user|web|42|stdout|by udp',
    'info.user|web|42|stdout|by tcp',
  ]);
  for (const outlet of [local, udp.outlet, tcp.outlet]) outlet.close();
});
