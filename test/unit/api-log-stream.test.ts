import { deepEqual, equal, match } from 'node:assert/strict';
import fs, { appendFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { BytesWatcher, KeptBytes, LogPlace } from '../../src/api/control.ts';
import { waitFor } from '../support/wait-for.ts';
import { FakeControl, FakeProcess } from './api-fake-control.ts';
import { HttpRig, statusOf, usedBytes } from './api-http-rig.ts';

/** A client of a log stream, and what it has got. HTTP/1.0: the body comes without chunks. */
class Follower implements Disposable {
  text = '';
  readonly socket: Socket;

  constructor(rig: HttpRig, path: string) {
    this.socket = rig.connect();
    this.socket.on('data', (chunk) => void (this.text += String(chunk)));
    this.socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  }

  get body(): string {
    return this.text.slice(this.text.indexOf('\r\n\r\n') + 4);
  }

  async sees(body: string): Promise<void> {
    await waitFor(
      `${JSON.stringify(body)} in the stream`,
      () => this.text.includes('\r\n\r\n') && this.body === body,
    );
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** A log of a test: its bytes, and its end. */
class Watched {
  readonly watchers = new Set<BytesWatcher>();
  readonly watch = (watcher: BytesWatcher): Disposable => {
    this.watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.watchers.delete(watcher) };
  };

  changed(): void {
    for (const { changed } of this.watchers) changed();
  }

  ended(): void {
    for (const { ended } of this.watchers) ended();
  }
}

class Kept implements KeptBytes {
  start = 0;
  kept: string;

  constructor(kept: string) {
    this.kept = kept;
  }

  get size(): number {
    return this.start + this.kept.length;
  }

  read(from: number, to: number): Uint8Array {
    return Buffer.from(this.kept.slice(Math.max(0, from - this.start), to - this.start));
  }
}

const rigWith = async (place: LogPlace): Promise<HttpRig> => {
  const web = new FakeProcess('web', 'g');
  web.logs.stdout = place;
  web.logs.stderr = place;
  return await HttpRig.open({ control: new FakeControl([web]) });
};

test('a log stream begins with the last 1024 bytes and goes on as the file grows', async () => {
  await using rig = await HttpRig.open();
  const path = rig.scratch.write('log', 'x'.repeat(3000));
  rig.control.activityLog = { kind: 'file', path };
  using follower = new Follower(rig, '/mainlogtail');
  await follower.sees('x'.repeat(1024));

  appendFileSync(path, 'more\n');

  await follower.sees(`${'x'.repeat(1024)}more\n`);
  match(follower.text, /Content-Type: text\/plain;charset=utf-8\r\n/);
  match(follower.text, /Last-Modified: .* GMT\r\n/);
});

test('a log stream goes through a rotation and loses nothing', async () => {
  await using rig = await HttpRig.open();
  const path = rig.scratch.write('log', 'one\n');
  rig.control.activityLog = { kind: 'file', path };
  using follower = new Follower(rig, '/mainlogtail');
  await follower.sees('one\n');

  appendFileSync(path, 'two\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'three\n');
  await follower.sees('one\ntwo\nthree\n');
  rmSync(path);
  writeFileSync(path, 'four\n');

  await follower.sees('one\ntwo\nthree\nfour\n');
});

test('a log stream says that the file was truncated, and goes on', async () => {
  await using rig = await HttpRig.open();
  const path = rig.scratch.write('log', 'one\n');
  rig.control.activityLog = { kind: 'file', path };
  using follower = new Follower(rig, '/mainlogtail');
  await follower.sees('one\n');

  truncateSync(path);
  await follower.sees('one\n==> File truncated <==\n');
  appendFileSync(path, 'two\n');

  await follower.sees('one\n==> File truncated <==\ntwo\n');
});

test('a log stream shows what we write into a file and what others do', async () => {
  const watched = new Watched();
  await using rig = await HttpRig.open();
  const path = rig.scratch.write('log', 'one\n');
  rig.control.activityLog = { kind: 'file', path, watch: watched.watch };
  const follower = new Follower(rig, '/mainlogtail');
  await follower.sees('one\n');

  appendFileSync(path, 'of others\n');
  await follower.sees('one\nof others\n');
  follower.socket.destroy();

  await waitFor('the end of the watch', () => watched.watchers.size === 0);
});

test('a log stream shows what we write into a file when the kernel has no watch left', async (context) => {
  context.mock.method(fs, 'watch', () => {
    throw new Error('too many open files');
  });
  syncBuiltinESMExports();
  const watched = new Watched();
  await using rig = await HttpRig.open();
  const path = rig.scratch.write('log', 'one\n');
  rig.control.activityLog = { kind: 'file', path, watch: watched.watch };
  using follower = new Follower(rig, '/mainlogtail');
  await follower.sees('one\n');

  appendFileSync(path, 'two\n');
  watched.changed();

  await follower.sees('one\ntwo\n');
  context.mock.restoreAll();
  syncBuiltinESMExports();
});

test('a stream of bytes in memory tells a slow reader what it has missed', async () => {
  const bytes = new Kept('one\n');
  const watched = new Watched();
  await using rig = await rigWith({ kind: 'memory', path: '', bytes, watch: watched.watch });
  const follower = new Follower(rig, '/logtail/g%3Aweb/stderr');
  await follower.sees('one\n');

  Object.assign(bytes, { start: 10, kept: 'six\n' });
  watched.changed();
  await follower.sees('one\n==> 6 bytes missed <==\nsix\n');
  follower.socket.destroy();

  await waitFor('the end of the watch', () => watched.watchers.size === 0);
});

test('a log stream goes on where a process of the same name writes after an update', async () => {
  const [before, after] = [new Watched(), new Watched()];
  const bytes = new Kept('one\n');
  const web = new FakeProcess('web', 'g');
  web.logs.stdout = { kind: 'memory', path: '', bytes, watch: before.watch };
  await using rig = await HttpRig.open({ control: new FakeControl([web]) });
  using follower = new Follower(rig, '/logtail/g:web');
  await follower.sees('one\n');

  bytes.kept += 'last\n';
  web.logs.stdout = { kind: 'none' };
  before.ended();
  await follower.sees('one\nlast\n');
  const next = new Kept(`${'x'.repeat(3000)}\n`);
  web.logs.stdout = { kind: 'memory', path: '', bytes: next, watch: after.watch };
  await follower.sees(`one\nlast\n${next.kept}`);
  next.kept += 'more\n';
  after.changed();

  await follower.sees(`one\nlast\n${next.kept}`);
  deepEqual([before.watchers.size, after.watchers.size], [0, 1]);
});

test('a log stream reads a file further that a process of the same name writes to', async () => {
  const [before, after] = [new Watched(), new Watched()];
  const web = new FakeProcess('web', 'g');
  await using rig = await HttpRig.open({ control: new FakeControl([web]) });
  const path = rig.scratch.write('log', 'one\n');
  web.logs.stdout = { kind: 'file', path, watch: before.watch };
  using follower = new Follower(rig, '/logtail/g:web');
  await follower.sees('one\n');

  web.logs.stdout = { kind: 'file', path, watch: after.watch };
  before.ended();
  appendFileSync(path, 'two\n');
  after.changed();

  await follower.sees('one\ntwo\n');
  deepEqual([before.watchers.size, after.watchers.size], [0, 1]);
});

test('a log stream ends when its process is removed', async () => {
  const watched = new Watched();
  const web = new FakeProcess('web', 'g');
  web.logs.stdout = { kind: 'memory', path: '', bytes: new Kept('one\n'), watch: watched.watch };
  await using rig = await HttpRig.open({ control: new FakeControl([web]) });
  using follower = new Follower(rig, '/logtail/g:web');
  await follower.sees('one\n');

  web.logs.stdout = { kind: 'none' };
  watched.ended();

  await waitFor('the end of the stream', () => follower.socket.readableEnded);
  equal(follower.body, 'one\n');
  equal(watched.watchers.size, 0);
});

test('a log that cannot be watched ends its stream, and nothing is left of it', async () => {
  await using rig = await rigWith({
    kind: 'memory',
    path: '',
    bytes: new Kept('one\n'),
    watch: () => {
      throw new Error('no watch left');
    },
  });
  using follower = new Follower(rig, '/logtail/g:web');

  await waitFor('the end of the stream', () => follower.socket.closed);

  match(rig.log.join('\n'), /cannot answer GET \/logtail\/g:web: Error: no watch left/);
});

test('a log stream ends with its client and leaves no descriptor behind', async () => {
  await using rig = await HttpRig.open();
  const path = rig.scratch.write('log', 'one\n');
  rig.control.activityLog = { kind: 'file', path };
  const follow = async (): Promise<void> => {
    using follower = new Follower(rig, '/mainlogtail');
    await follower.sees('one\n');
  };
  await follow();
  const before = await waitFor('a quiet moment', () => readdirSync('/proc/self/fd').length);

  for (let round = 0; round < 50; round++) await follow();

  await waitFor('the descriptors closed', () => readdirSync('/proc/self/fd').length <= before);
});

test('a client that does not read makes nothing pile up', async () => {
  await using rig = await HttpRig.open();
  const path = rig.scratch.write('log', '');
  rig.control.activityLog = { kind: 'file', path };
  using follower = new Follower(rig, '/mainlogtail');
  await follower.sees('');
  follower.socket.pause();
  const before = usedBytes();

  const megabyte = Buffer.alloc(2 ** 20, 'y');
  for (let count = 0; count < 30; count++) {
    appendFileSync(path, megabyte);
    await new Promise(setImmediate);
  }
  const grown = usedBytes() - before;
  follower.socket.resume();

  equal(grown < 10 * 2 ** 20, true, `${grown} bytes`);
  await waitFor('all of it', () => follower.body.length === 30 * 2 ** 20);
});

test('a HEAD of a log ends, and other channels are not found', async () => {
  await using rig = await rigWith({ kind: 'none' });
  const path = rig.scratch.write('log', 'one\n');
  rig.control.activityLog = { kind: 'file', path };

  equal(statusOf(await rig.ask('HEAD /mainlogtail')), 200);
  for (const missing of [
    '/logtail',
    '/logtail/',
    '/logtail/g:web',
    '/logtail/g:web/both',
    '/logtail/g:*',
    '/logtail/g:web/stdout/x',
  ])
    equal(statusOf(await rig.ask(`GET ${missing}`)), 404, missing);
});
