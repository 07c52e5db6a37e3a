import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { RotatingFile } from '../../src/output/file-sink.ts';
import { type SinkReport } from '../../src/output/sink.ts';
import { Scratch } from '../support/scratch.ts';

function openLog(path: string, options: { maxBytes?: number; backupCount?: number } = {}) {
  const reports: SinkReport[] = [];
  let now = 0;
  const log = new RotatingFile({
    path,
    maxBytes: options.maxBytes ?? 0,
    backupCount: options.backupCount ?? 10,
    report: (report) => reports.push(report),
    now: () => now,
  });
  const write = (text: string) => log.write(Buffer.from(text));
  return { log, reports, write, error: log.open(), wait: (ms: number) => (now += ms) };
}

test('a log file is appended to', async () => {
  await using scratch = new Scratch();
  const path = scratch.write('log', 'before\n');

  openLog(path).write('after\n');

  equal(scratch.read('log'), 'before\nafter\n');
});

test('a file that has reached its limit becomes .1, and the oldest backup goes', async () => {
  await using scratch = new Scratch();
  const { write } = openLog(scratch.path('log'), { maxBytes: 10, backupCount: 2 });

  for (const line of ['first line\n', 'second line\n', 'third line\n', 'short\n']) write(line);

  deepEqual(readdirSync(scratch.folder).toSorted(), ['log', 'log.1', 'log.2']);
  equal(scratch.read('log'), 'short\n');
  equal(scratch.read('log.1'), 'third line\n');
  equal(scratch.read('log.2'), 'second line\n');
});

test('a chain with missing backups is shifted all the same', async () => {
  await using scratch = new Scratch();
  scratch.write('log.2', 'two');
  const { write } = openLog(scratch.path('log'), { maxBytes: 3, backupCount: 3 });

  write('new');

  deepEqual(readdirSync(scratch.folder).toSorted(), ['log', 'log.1', 'log.3']);
  equal(scratch.read('log.3'), 'two');
});

for (const backupCount of [0, -1])
  test(`with ${backupCount} backups the file is emptied`, async () => {
    await using scratch = new Scratch();
    const { write } = openLog(scratch.path('log'), { maxBytes: 10, backupCount });

    write('0123456789');
    write('abc');

    deepEqual(readdirSync(scratch.folder), ['log']);
    equal(scratch.read('log'), 'abc');
  });

test('the chain of files is what was written, without its oldest part, and no file is far too long', async () => {
  await using scratch = new Scratch();
  let run = 0;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 12 }), (sizes) => {
      const path = scratch.path(`log-${run++}`);
      const { log } = openLog(path, { maxBytes: 200_000, backupCount: 3 });
      const written = sizes.map((size, index) =>
        Buffer.from(
          `${index} `
            .repeat(size)
            .slice(0, size - 1)
            .concat('\n'),
        ),
      );

      for (const chunk of written) log.write(chunk);
      log.close();

      const files = [3, 2, 1]
        .map((number) => `${path}.${number}`)
        .concat(path)
        .filter((file) => existsSync(file));
      const kept = files.map((file) => readFileSync(file));
      ok(Buffer.concat(written).toString().endsWith(Buffer.concat(kept).toString()));
      ok(kept.every(({ length }) => length < 200_000 + 128 * 1024));
      if (files.length < 4) equal(Buffer.concat(kept).length, Buffer.concat(written).length);
    }),
    { numRuns: 30 },
  );
});

test('a file that others truncate has no hole and is not rotated too early', async () => {
  await using scratch = new Scratch();
  const { write } = openLog(scratch.path('log'), { maxBytes: 10, backupCount: 1 });

  write('01234567');
  truncateSync(scratch.path('log'));
  write('abcd');

  equal(scratch.read('log'), 'abcd');
  equal(existsSync(scratch.path('log.1')), false);
});

test('a file that logrotate has moved away is left alone after a reopen', async () => {
  await using scratch = new Scratch();
  const { log, write } = openLog(scratch.path('log'));
  write('old\n');

  renameSync(scratch.path('log'), scratch.path('moved'));
  write('still old\n');
  log.reopen();
  write('new\n');

  equal(scratch.read('moved'), 'old\nstill old\n');
  equal(scratch.read('log'), 'new\n');
});

test('clearing begins a new file and keeps the backups', async () => {
  await using scratch = new Scratch();
  scratch.write('log.1', 'backup');
  const { log, write } = openLog(scratch.path('log'));
  write('old\n');

  equal(log.clear(), undefined);
  write('new\n');

  equal(scratch.read('log'), 'new\n');
  equal(scratch.read('log.1'), 'backup');
});

test('a path that is a directory, or in none, answers with the name of the errno', async () => {
  await using scratch = new Scratch();

  equal(openLog(scratch.folder).error, 'EISDIR');
  equal(openLog(scratch.path('none/log')).error, 'ENOENT');
});

test('a file that cannot be opened is opened when it can be', async () => {
  await using scratch = new Scratch();
  const { write, reports, wait } = openLog(scratch.path('folder/log'));
  write('lost\n');

  mkdirSync(scratch.path('folder'));
  wait(1000);
  write('kept\n');

  equal(scratch.read('folder/log'), 'kept\n');
  deepEqual(reports, [
    { type: 'failed', sink: scratch.path('folder/log'), syscall: 'open', code: 'ENOENT' },
    { type: 'recovered', sink: scratch.path('folder/log'), lostBytes: 5 },
  ]);
});

test('a file that cannot be rotated goes on growing, and that is reported once', async () => {
  await using scratch = new Scratch();
  mkdirSync(scratch.path('log.1'));
  const { write, reports } = openLog(scratch.path('log'), { maxBytes: 4, backupCount: 1 });

  for (const text of ['0123', '4567', '89ab']) write(text);

  equal(scratch.read('log'), '0123456789ab');
  deepEqual(reports, [{ type: 'kept', sink: scratch.path('log'), syscall: 'rename', code: 'EISDIR' }]);
});

test('a file whose place is taken by a directory is written to further where it is', async () => {
  await using scratch = new Scratch();
  const { log, write, reports } = openLog(scratch.path('log'));
  renameSync(scratch.path('log'), scratch.path('moved'));
  mkdirSync(scratch.path('log'));

  log.reopen();
  write('text\n');

  equal(scratch.read('moved'), 'text\n');
  deepEqual(
    reports.map(({ type }) => type),
    ['kept'],
  );
});

test(
  'a full disk is reported once; when there is room again writing goes on and the loss is told',
  { skip: process.getuid?.() !== 0 && 'only root can mount' },
  async () => {
    await using scratch = new Scratch();
    const script = join(import.meta.dirname, 'support', 'output-full-disk.ts');

    const mounted = `mount -t tmpfs -o size=64k none ${scratch.folder} && ${process.execPath} ${script} ${scratch.folder}`;
    const seen = JSON.parse(execFileSync('unshare', ['-m', 'sh', '-c', mounted], { encoding: 'utf8' }));

    deepEqual(
      seen.reports.map(({ type, code }: { type: string; code?: string }) => [type, code]),
      [
        ['failed', 'ENOSPC'],
        ['recovered', undefined],
      ],
    );
    equal(seen.reports[1].lostBytes, seen.writtenBytes - seen.fileBytes);
    equal(seen.lastLine, 'after\n');
  },
);

test('a log file is not made unless it is opened', async () => {
  await using scratch = new Scratch();

  void new RotatingFile({ path: scratch.path('log'), maxBytes: 0, backupCount: 0, report: () => undefined });

  deepEqual(readdirSync(scratch.folder), []);
});
