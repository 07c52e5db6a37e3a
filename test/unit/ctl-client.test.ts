import { deepEqual, equal, rejects } from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Client } from '../../src/ctl/client.ts';

/** A client whose stdout nobody reads so far. */
function unread(): { readonly client: Client; readonly stdout: PassThrough } {
  const stdout = new PassThrough({ highWaterMark: 1 });
  const client = new Client({
    io: { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} },
    server: { serverurl: 'unix:///nonexistent' },
    interactive: false,
    commands: new Map(),
    lines: { ask: () => Promise.resolve(undefined), close: () => undefined },
  });
  return { client, stdout };
}

const names = Array.from({ length: 20 }, (_none, index) => `${index}\n`);

test('many streams wait for the reader of stdout together', async () => {
  const { client, stdout } = unread();

  const written = Promise.all(names.map((name) => client.write(name)));
  equal(stdout.listenerCount('drain'), 1);
  let shown = '';
  stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  await written;

  deepEqual([shown, stdout.listenerCount('drain')], [names.join(''), 0]);
});

test('a stream that is interrupted no longer waits for the reader of stdout, the others do', async () => {
  const { client, stdout } = unread();
  const interrupt = new AbortController();

  const one = client.write('one\n', interrupt.signal);
  const other = client.write('other\n');
  interrupt.abort(new Error('interrupted'));

  await rejects(one, /interrupted/);
  stdout.resume();
  await other;
});

test('a reader of stdout that goes is told to all who wait', async () => {
  const { client, stdout } = unread();

  const written = names.map((name) => client.write(name));
  stdout.destroy(new Error('EPIPE'));

  await Promise.all(written.map((write) => rejects(write, /EPIPE/)));
});
