import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { growPipe, makePipe } from '../../src/linux/descriptors.ts';
import { overflowBytes } from '../../src/output/sink.ts';
import { OutputPlane } from '../../src/output/output-plane.ts';
import { ProcessOutput } from '../../src/output/process-output.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';
import { PlaneRig, readAll, readSome, streamPlan } from './output-rig.ts';

const drained = (output: ProcessOutput) => new Promise<void>((resolve) => output.drained(resolve));

/** Attaches new pipes. Returns the ends that a program would have. */
function attach(output: ProcessOutput, pid = 7) {
  const [stdout, stderr] = [makePipe(), makePipe()];
  output.attach({ pid, stdoutFd: stdout.readFd, stderrFd: stderr.readFd });
  return {
    stdoutFd: stdout.writeFd,
    stderrFd: stderr.writeFd,
    close: () => {
      closeSync(stdout.writeFd);
      closeSync(stderr.writeFd);
    },
  };
}

test('stdout and stderr go to their own streams, and the tails keep them', async () => {
  using rig = new PlaneRig();
  const output = new ProcessOutput(streamPlan('web', 'prefix'), rig.plane);
  rig.plane.setNames(['web', 'worker']);
  const program = attach(output);

  writeSync(program.stdoutFd, 'out\nunfinished');
  writeSync(program.stderrFd, 'err\n');
  program.close();
  await drained(output);

  equal(readSome(rig.stdout.readFd).toString(), 'web    | out\nweb    | unfinished\n');
  equal(readSome(rig.stderr.readFd).toString(), 'web    | err\n');
  equal(output.tail('stdout').text(), 'out\nunfinished');
});

test('a dead process is drained when its pipes are at their end', async () => {
  using rig = new PlaneRig();
  const plan = { ...streamPlan('web', 'raw'), drainMs: 3_600_000 };
  const output = new ProcessOutput(plan, rig.plane);
  const program = attach(output);

  writeSync(program.stdoutFd, 'last words');
  program.close();
  await drained(output);

  equal(readSome(rig.stdout.readFd).toString(), 'last words');
});

test('a grandchild that holds the pipes delays nobody and loses nothing', async () => {
  using rig = new PlaneRig();
  const output = new ProcessOutput({ ...streamPlan('web', 'json'), drainMs: 10 }, rig.plane);
  const grandchild = attach(output, 7);
  await drained(output);

  const successor = attach(output, 8);
  writeSync(grandchild.stdoutFd, 'from the grandchild\n');
  await waitFor('the grandchild in the tail', () => output.tail('stdout').text().includes('grandchild'));
  writeSync(successor.stdoutFd, 'from the successor\n');
  successor.close();
  await drained(output);
  grandchild.close();

  const lines = readSome(rig.stdout.readFd)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  deepEqual(
    lines.map(({ pid, message }) => [pid, message]),
    [
      [7, 'from the grandchild'],
      [8, 'from the successor'],
    ],
  );
});

test('two streams may share a log file, which is made at the first spawn', async () => {
  await using scratch = new Scratch();
  using rig = new PlaneRig();
  const destination = { kind: 'file', path: scratch.path('log'), maxBytes: 0, backupCount: 0 } as const;
  const output = new ProcessOutput(streamPlan('web', 'raw', { destinations: [destination] }), rig.plane);

  equal(output.open(), undefined);
  const program = attach(output);
  writeSync(program.stdoutFd, 'out\n');
  await waitFor('out in the log', () => scratch.read('log') === 'out\n');
  writeSync(program.stderrFd, 'err\n');
  program.close();
  await drained(output);

  equal(scratch.read('log'), 'out\nerr\n');
});

test('a stream with several destinations goes to each of them, in whole lines where others write too', async () => {
  await using scratch = new Scratch();
  using rig = new PlaneRig();
  const file = { kind: 'file', path: scratch.path('log'), maxBytes: 0, backupCount: 0 } as const;
  const stream = { kind: 'stream', stream: 'stdout', format: 'prefix' } as const;
  const output = new ProcessOutput(streamPlan('web', 'raw', { destinations: [file, stream] }), rig.plane);
  equal(output.open(), undefined);

  const program = attach(output);
  writeSync(program.stdoutFd, 'one\ntw');
  writeSync(program.stdoutFd, 'o\nthree');
  program.close();
  await drained(output);

  equal(scratch.read('log'), 'one\ntwo\nthree');
  equal(readSome(rig.stdout.readFd).toString(), 'web | one\nweb | two\nweb | three\n');
});

test('a log file that cannot be opened is told by its errno', () => {
  using rig = new PlaneRig();
  const destination = { kind: 'file', path: '/none/log', maxBytes: 0, backupCount: 0 } as const;

  equal(
    new ProcessOutput(streamPlan('web', 'raw', { destinations: [destination] }), rig.plane).open(),
    'ENOENT',
  );
});

test('a captured text goes to its observer and not to the log', async () => {
  using rig = new PlaneRig();
  const captured: string[] = [];
  const plan = streamPlan('web', 'raw', {
    captureMaxBytes: 100,
    captured: (text, pid) => captured.push(`${pid} ${Buffer.from(text).toString()}`),
  });
  const output = new ProcessOutput(plan, rig.plane);
  const program = attach(output);

  writeSync(program.stdoutFd, 'a<!--XSUPERVISOR:BEGIN-->secret<!--XSUPERVISOR:END-->b<!--XSUP');
  program.close();
  await drained(output);

  deepEqual(captured, ['7 secret']);
  equal(readSome(rig.stdout.readFd).toString(), 'ab<!--XSUP');
});

test('a capture that has not ended passes at the end of the stream, however long, and the next instance is read', async () => {
  const rig = new PlaneRig();
  const all = readAll(rig.stdout.readFd);
  const plan = streamPlan('web', 'raw', { captureMaxBytes: 1_000_000 });
  const output = new ProcessOutput({ ...plan, drainMs: 3_600_000 }, rig.plane);
  const text = `<!--XSUPERVISOR:BEGIN-->${'line of text\n'.repeat(50_000)}`;

  const first = attach(output);
  closeSync(first.stderrFd);
  new Socket({ fd: first.stdoutFd, readable: false }).end(text);
  await drained(output);
  const second = attach(output, 8);
  writeSync(second.stdoutFd, 'next instance\n');
  second.close();
  await drained(output);
  await rig.plane.flush(60_000);
  rig[Symbol.dispose]();

  equal((await all).toString(), `${text}next instance\n`);
});

test('what may be the beginning of a token passes with the next read, also when that is as long as can be', async () => {
  const rig = new PlaneRig();
  const all = readAll(rig.stdout.readFd);
  const plan = streamPlan('web', 'raw', { captureMaxBytes: 1 });
  const output = new ProcessOutput({ ...plan, drainMs: 3_600_000 }, rig.plane);
  const readBytes = rig.plane.readSpace.readArea.length;
  const text = `${'a'.repeat(readBytes - 1)}<${'b'.repeat(readBytes)}\n`;
  const [stdout, stderr] = [makePipe(), makePipe()];
  growPipe(stdout.writeFd, 1 << 20);

  equal(writeSync(stdout.writeFd, text), text.length);
  closeSync(stdout.writeFd);
  closeSync(stderr.writeFd);
  output.attach({ pid: 7, stdoutFd: stdout.readFd, stderrFd: stderr.readFd });
  await drained(output);
  await rig.plane.flush(60_000);
  rig[Symbol.dispose]();

  equal((await all).toString(), text);
});

test('when the reader stalls the program blocks, and nothing is lost when the reader goes on', async () => {
  const rig = new PlaneRig();
  const output = new ProcessOutput(streamPlan('web', 'raw'), rig.plane);
  const pipe = makePipe();
  const writer = spawn('head', ['-c', '30000000', '/dev/zero'], {
    stdio: ['ignore', pipe.writeFd, 'ignore'],
  });
  closeSync(pipe.writeFd);
  output.attach({ pid: writer.pid ?? 0, stdoutFd: pipe.readFd, stderrFd: undefined });

  await waitFor('a full sink', () => rig.plane.stdout.isFull);
  const all = readAll(rig.stdout.readFd);
  await drained(output);
  await rig.plane.flush(10_000);
  rig[Symbol.dispose]();

  equal((await all).length, 30_000_000);
});

test('a thousand streams that all speak to a stalled reader do not fill memory, and all are heard in the end', async () => {
  const rig = new PlaneRig();
  const spoken = 'x'.repeat(65_000);
  const outputs = Array.from(
    { length: 1000 },
    (_, index) => new ProcessOutput(streamPlan(`p${index}`, 'raw'), rig.plane),
  );

  const programs = outputs.map((output) => attach(output));
  for (const { stdoutFd } of programs) writeSync(stdoutFd, `${spoken}\n`);
  for (const program of programs) program.close();
  await waitFor('a full sink', () => rig.plane.stdout.isFull);
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  ok(rig.plane.stdout.queuedBytes <= overflowBytes + 70_000, `${rig.plane.stdout.queuedBytes}`);
  const all = readAll(rig.stdout.readFd);
  await Promise.all(outputs.map((output) => drained(output)));
  await waitFor('the end of the last stream', () =>
    outputs.every((output) => output.tail('stdout').size > 0),
  );
  await rig.plane.flush(10_000);
  rig[Symbol.dispose]();

  const lines = (await all).toString().trimEnd().split('\n');
  equal(lines.length, 1000);
  ok(lines.every((line) => line === spoken));
});

test('stdout and stderr that are one pipe share one sink', () => {
  const pipe = makePipe();
  const options = { report: () => undefined, growPipe: () => undefined, stdoutFd: pipe.writeFd };
  using rig = new PlaneRig();

  const one = new OutputPlane({ ...options, stderrFd: pipe.writeFd });
  const two = new OutputPlane({ ...options, stderrFd: rig.stderr.writeFd });

  equal(one.stdout, one.stderr);
  notEqual(two.stdout, two.stderr);
});

test('programs that all flood a slow reader get equal shares', async () => {
  const rig = new PlaneRig();
  const names = ['a', 'b', 'c', 'd'];
  const writers = names.map((name) => {
    const pipe = makePipe();
    const writer = spawn('yes', [name.repeat(100)], { stdio: ['ignore', pipe.writeFd, 'ignore'] });
    closeSync(pipe.writeFd);
    const output = new ProcessOutput(streamPlan(name, 'raw'), rig.plane);
    output.attach({ pid: writer.pid ?? 0, stdoutFd: pipe.readFd, stderrFd: undefined });
    return { writer, output };
  });

  await waitFor('a full sink', () => rig.plane.stdout.isFull);
  const shares = await sharesOf(names, rig.stdout.readFd, 40_000_000);
  for (const { writer } of writers) writer.kill('SIGKILL');
  rig[Symbol.dispose]();

  for (const [name, share] of shares) ok(share > 0.1, `${name} got ${share}`);
});

/** Reads so many bytes, and tells how much of them each name has. */
async function sharesOf(
  names: readonly string[],
  fd: number,
  bytes: number,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let seenBytes = 0;
  for await (const chunk of new Socket({ fd, readable: true, writable: false })) {
    for (const line of chunk.toString().split('\n')) {
      counts.set(line[0], (counts.get(line[0]) ?? 0) + line.length);
    }
    seenBytes += chunk.length;
    if (seenBytes > bytes) break;
  }
  return new Map(names.map((name) => [name, (counts.get(name) ?? 0) / seenBytes]));
}

test('a line of our own begins on a line of its own', async () => {
  using rig = new PlaneRig();
  const output = new ProcessOutput(streamPlan('web', 'raw'), rig.plane);
  const program = attach(output);
  writeSync(program.stdoutFd, 'prompt: ');
  await waitFor('the prompt', () => output.tail('stdout').size > 0);

  await rig.plane.flush(1000);
  rig.plane.writeLine('stdout', 'our line\n');
  program.close();
  await drained(output);

  equal(readSome(rig.stdout.readFd).toString(), 'prompt: \nour line\n');
});
