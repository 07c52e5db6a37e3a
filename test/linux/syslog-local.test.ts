import { deepEqual, equal, throws } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectMessages } from '../../src/linux/datagram.ts';
import { localHeader } from '../../src/output/syslog-message.ts';
import { LocalSyslog } from '../../src/output/syslog-local.ts';
import { SyslogSink } from '../../src/output/syslog-sink.ts';
import { type SinkReport } from '../../src/output/sink.ts';
import { Lines } from '../support/lines.ts';
import { Scratch } from '../support/scratch.ts';

interface ReceiverOptions {
  readonly isSlow?: boolean;
  /** Takes no datagrams. */
  readonly isStream?: boolean;
}

/** A syslog daemon that is there until it is stopped. A slow one reads nothing before it is told to go. */
class Receiver implements AsyncDisposable {
  readonly #path: string;
  readonly #child: ChildProcess;
  readonly #lines: Lines;

  private constructor(path: string, { isSlow = false, isStream = false }: ReceiverOptions) {
    this.#path = path;
    const script = join(import.meta.dirname, 'syslog-receiver.py');
    const words = [...(isSlow ? [] : ['go']), ...(isStream ? ['stream'] : [])];
    this.#child = spawn('python3', [script, path, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#child.stdout === null) throw new Error('cannot read the receiver');
    this.#lines = new Lines('the messages', [this.#child.stdout]);
  }

  static async open(path: string, options: ReceiverOptions = {}): Promise<Receiver> {
    const receiver = new Receiver(path, options);
    await receiver.#lines.line(/^"bound"$/);
    return receiver;
  }

  /** Resolves with the first messages. */
  async messages(count: number): Promise<readonly string[]> {
    const lines = await this.#lines.matching(/</, count);
    return lines.slice(0, count).map((line) => Buffer.from(String(JSON.parse(line)), 'latin1').toString());
  }

  go(): void {
    this.#child.stdin?.write('go\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#lines.end();
    rmSync(this.#path, { force: true });
  }
}

function outletTo(path: string): { readonly outlet: LocalSyslog; readonly reports: SinkReport[] } {
  const reports: SinkReport[] = [];
  return {
    outlet: new LocalSyslog({
      path,
      connect: connectMessages,
      report: (report) => void reports.push(report),
    }),
    reports,
  };
}

const now = (): Date => new Date(2026, 10, 5, 3, 4, 9);

test('lines arrive as syslog(3) sends them', async () => {
  await using scratch = new Scratch();
  await using receiver = await Receiver.open(scratch.path('log'));
  const { outlet } = outletTo(scratch.path('log'));
  const sink = new SyslogSink({ outlet, header: localHeader({ ident: 'supervisord', process: 'web' }), now });

  sink.write(Buffer.from('grün\n\nb\n'));
  sink.write(Buffer.from('\n'));
  sink.write(Buffer.from('unfinished'));

  deepEqual(
    await receiver.messages(5),
    ['grün', '', 'b', '', 'unfinished'].map((text) => `<14>Nov  5 03:04:09 supervisord: web ${text}`),
  );
  outlet.close();
});

test('a line that is too long becomes several messages, between characters', async () => {
  await using scratch = new Scratch();
  await using receiver = await Receiver.open(scratch.path('log'));
  const { outlet } = outletTo(scratch.path('log'));
  const sink = new SyslogSink({ outlet, header: () => '<14>', now });

  sink.write(Buffer.from(`${'ü'.repeat(6000)}\n`));

  const messages = await receiver.messages(2);
  equal(messages.map((message) => message.slice(4)).join(''), 'ü'.repeat(6000));
  equal(Math.max(...messages.map((message) => Buffer.byteLength(message))) <= 8192, true);
  outlet.close();
});

for (const [kind, isStream] of [
  ['of datagrams', false],
  ['of a stream', true],
] as const) {
  test(`a slow daemon ${kind} gets everything, and producers wait for it`, { timeout: 100_000 }, async () => {
    await using scratch = new Scratch();
    await using receiver = await Receiver.open(scratch.path('log'), { isSlow: true, isStream });
    const { outlet, reports } = outletTo(scratch.path('log'));
    const sink = new SyslogSink({ outlet, header: () => '<14>', now });

    let count = 0;
    while (sink.write(Buffer.from(`${String(count).padEnd(1000)}\n`))) count++;
    count++;
    receiver.go();
    await new Promise<void>((resolve) => {
      sink.whenReady(resolve);
    });
    await sink.flush();

    const numbers = (await receiver.messages(count)).map((message) => Number(message.slice(4)));
    deepEqual(
      numbers,
      Array.from({ length: count }, (_, index) => index),
    );
    deepEqual([reports, outlet.lostBytes], [[], 0]);
    outlet.close();
  });

  test(`a daemon ${kind} that is restarted gets what is written afterwards, and nothing is reported`, async () => {
    await using scratch = new Scratch();
    const { outlet, reports } = outletTo(scratch.path('log'));
    const sink = new SyslogSink({ outlet, header: () => '<14>', now });
    {
      await using receiver = await Receiver.open(scratch.path('log'), { isStream });
      sink.write(Buffer.from('one\n'));
      deepEqual(await receiver.messages(1), ['<14>one']);
    }
    await using again = await Receiver.open(scratch.path('log'), { isStream });

    sink.write(Buffer.from('two\n'));

    deepEqual([await again.messages(1), reports], [['<14>two'], []]);
    outlet.close();
  });
}

test('what comes while the daemon is away waits for it within bounds, and what is lost is said once', async () => {
  await using scratch = new Scratch();
  const path = scratch.path('log');
  const { outlet, reports } = outletTo(path);
  const sink = new SyslogSink({ outlet, header: () => '<14>', now });

  for (let index = 0; index < 1000; index++) sink.write(Buffer.from(`${String(index).padEnd(1000)}\n`));
  const isFull = sink.isFull;
  await sink.flush();
  await using receiver = await Receiver.open(path);
  const messages = await receiver.messages(500);

  equal(isFull, false);
  deepEqual(
    messages.map((message) => Number(message.slice(4))),
    Array.from({ length: 500 }, (_, index) => index),
  );
  deepEqual(reports[0], { type: 'failed', sink: path, syscall: 'connect', code: 'ENOENT' });
  deepEqual(reports.slice(1), [{ type: 'recovered', sink: path, lostBytes: outlet.lostBytes }]);
  equal(outlet.lostBytes > 400 * 1004, true);
  outlet.close();
});

test('a path that is no socket, and one that is too long', async () => {
  await using scratch = new Scratch();
  const file = scratch.write('file', '');

  throws(() => connectMessages(file), { code: 'ECONNREFUSED' });
  throws(() => connectMessages(scratch.path('x'.repeat(120))), { code: 'ENAMETOOLONG' });
});
