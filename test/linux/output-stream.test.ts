import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'node:test';
import { makeNonBlocking, makePipe } from '../../src/linux/descriptors.ts';
import { RotatingFile } from '../../src/output/file-sink.ts';
import { lookAtLogPath } from '../../src/output/log-place.ts';
import { highWaterBytes, type SinkReport } from '../../src/output/sink.ts';
import { StreamSink } from '../../src/output/stream-sink.ts';
import { type StreamPlace } from '../../src/output/stream-target.ts';
import { readAll, readSome } from './output-rig.ts';

const writer = join(import.meta.dirname, 'support', 'output-writer.ts');

function sinkTo(place: StreamPlace) {
  const reports: SinkReport[] = [];
  let now = 0;
  const sink = new StreamSink({
    place,
    name: 'stdout',
    report: (report) => reports.push(report),
    now: () => now,
  });
  return { sink, reports, wait: (ms: number) => (now += ms) };
}

test('what fits into a pipe is written at once', () => {
  const pipe = makePipe();
  const { sink } = sinkTo({ fd: pipe.writeFd });

  equal(sink.write(Buffer.from('hello\n')), true);

  equal(readSome(pipe.readFd).toString(), 'hello\n');
  sink.close();
});

test('a stalled reader makes the sink full, and gets everything in order when it goes on', async () => {
  const pipe = makePipe();
  const { sink } = sinkTo({ fd: pipe.writeFd });
  const chunks = Array.from({ length: 20 }, (_, index) => Buffer.alloc(100_000, index));

  let accepted = 0;
  while (sink.write(chunks[accepted++]!));
  ok(sink.isFull && sink.queuedBytes < highWaterBytes + 100_000);
  const woken = new Promise<void>((resolve) => sink.whenReady(resolve));
  closeSync(pipe.writeFd);
  const all = readAll(pipe.readFd);
  await woken;
  await sink.flush();
  sink.close();

  deepEqual(await all, Buffer.concat(chunks.slice(0, accepted)));
});

test('the description that others share keeps its flags', () => {
  const pipe = makePipe();
  const { sink } = sinkTo({ fd: pipe.writeFd });

  while (sink.write(Buffer.alloc(100_000)));

  const info = readFileSync(`/proc/self/fdinfo/${pipe.writeFd}`, 'utf8');
  const flags = Number.parseInt(/flags:\s+(\d+)/.exec(info)?.[1] ?? '', 8);
  equal(flags & constants.O_NONBLOCK, 0);
  sink.close();
});

test('a reader that goes away is reported once, and bytes are counted', async () => {
  const pipe = makePipe();
  const { sink, reports, wait } = sinkTo({ fd: pipe.writeFd });
  sink.write(Buffer.from('a'));
  closeSync(pipe.readFd);

  equal(sink.write(Buffer.from('bc')), true);
  equal(sink.write(Buffer.from('def')), true);
  wait(1000);
  sink.write(Buffer.from('ghij'));
  await sink.flush();

  deepEqual(reports, [{ type: 'failed', sink: 'stdout', syscall: 'write', code: 'EPIPE' }]);
  equal(sink.lostBytes, 9);
});

test('a reader that goes away while bytes wait for it sets the producers free', async () => {
  const pipe = makePipe();
  const { sink, reports } = sinkTo({ fd: pipe.writeFd });
  while (sink.write(Buffer.alloc(100_000)));

  const woken = new Promise<void>((resolve) => sink.whenReady(resolve));
  const flushed = sink.flush();
  closeSync(pipe.readFd);
  await Promise.all([woken, flushed]);

  deepEqual(
    reports.map(({ type }) => type),
    ['failed'],
  );
  equal(sink.isFull, false);
});

test('a FIFO is written to again when it has a new reader', () => {
  const folder = mkdtempSync(join(tmpdir(), 'output-fifo-'));
  const path = join(folder, 'fifo');
  execFileSync('mkfifo', [path]);
  const { sink, reports, wait } = sinkTo({ path });

  sink.write(Buffer.from('nobody\n'));
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  wait(1000);
  sink.write(Buffer.from('somebody\n'));

  equal(readSome(reader).toString(), 'somebody\n');
  deepEqual(reports, [
    { type: 'failed', sink: 'stdout', syscall: 'open', code: 'ENXIO' },
    { type: 'recovered', sink: 'stdout', lostBytes: 7 },
  ]);
  sink.close();
  rmSync(folder, { recursive: true });
});

test('a full device costs the bytes and nothing else', () => {
  const { sink, reports } = sinkTo({ path: '/dev/full' });

  equal(sink.write(Buffer.from('lost')), true);
  equal(sink.write(Buffer.from('lost')), true);

  deepEqual(reports, [{ type: 'failed', sink: 'stdout', syscall: 'write', code: 'ENOSPC' }]);
  equal(sink.lostBytes, 8);
});

test('a closed descriptor costs the bytes and nothing else', () => {
  const { sink, reports } = sinkTo({ fd: 987_654 });

  equal(sink.write(Buffer.from('lost')), true);

  deepEqual(reports, [{ type: 'failed', sink: 'stdout', syscall: 'fstat', code: 'EBADF' }]);
});

test('the number of a descriptor that nobody gave us is as good as closed', () => {
  const { sink, reports } = sinkTo({ closedFd: 3 });

  equal(sink.open(), 'EBADF');

  deepEqual(reports, [{ type: 'failed', sink: 'stdout', syscall: 'open', code: 'EBADF' }]);
});

test('a path that leads into a pipe of our own is not written to', () => {
  const own = makePipe();
  const folder = mkdtempSync(join(tmpdir(), 'output-own-'));
  const path = join(folder, 'log');
  symlinkSync(`/proc/thread-self/fd/${own.writeFd}`, path);
  const { sink, reports } = sinkTo({ path });
  const file = new RotatingFile({ path, maxBytes: 0, backupCount: 0, report: (said) => reports.push(said) });

  equal(sink.open(), 'EBADF');
  equal(file.open(), 'EBADF');

  rmSync(folder, { recursive: true });
});

test('a descriptor of ours is known by whatever path it is reached', () => {
  for (const folder of ['/dev/fd', '/proc/self/fd', '/proc/thread-self/fd', '/proc/self/root/proc/self/fd'])
    deepEqual(lookAtLogPath(`${folder}/9`), { kind: 'stream', place: { fd: 9 } }, folder);
  deepEqual(lookAtLogPath('/var/log/9'), { kind: 'file' });
});

test('what a pipe does not take at once is not lost when others have made it non-blocking', async () => {
  const pipe = makePipe();
  makeNonBlocking(pipe.writeFd);
  const { sink } = sinkTo({ fd: pipe.writeFd });

  while (sink.write(Buffer.alloc(100_000)));
  const queued = sink.queuedBytes;
  closeSync(pipe.writeFd);
  const all = readAll(pipe.readFd);
  await sink.flush();
  sink.close();

  ok(queued >= highWaterBytes);
  ok((await all).length >= queued);
});

test('a socket as standard output gets everything', async () => {
  // child_process gives its children sockets.
  const child = spawn(process.execPath, [writer, '5000000'], { stdio: ['ignore', 'pipe', 'pipe'] });

  const [written, errors] = await Promise.all([buffer(child.stdout), text(child.stderr)]);

  equal(written.length, 5_000_000);
  match(errors, /\{"lostBytes":0,"reports":\[\]\}/);
});

test('a file as standard output gets everything', () => {
  const folder = mkdtempSync(join(tmpdir(), 'output-file-'));
  const file = openSync(join(folder, 'out'), 'w');

  execFileSync(process.execPath, [writer, '5000000'], { stdio: ['ignore', file, 'ignore'] });

  equal(readFileSync(join(folder, 'out')).length, 5_000_000);
  rmSync(folder, { recursive: true });
});

test('a terminal gets everything', () => {
  const command = `${process.execPath} ${writer} 5000000`;

  const seen = execFileSync('script', ['-qec', command, '/dev/null'], {
    maxBuffer: 20_000_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

  equal(seen.toString().replaceAll(/[^x]/g, '').length >= 4_950_000, true);
});
