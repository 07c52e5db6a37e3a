import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { RotatingFile } from '../../src/output/file-sink.ts';
import { LogAge } from '../../src/output/rotate-age.ts';
import { Compressor } from '../../src/output/rotate-compressor.ts';
import { type SinkReport } from '../../src/output/sink.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';

function openLog(scratch: Scratch, options: { maxBytes?: number; backupCount?: number } = {}) {
  const reports: SinkReport[] = [];
  const report = (said: SinkReport) => void reports.push(said);
  const log = new RotatingFile({
    path: scratch.path('log'),
    maxBytes: options.maxBytes ?? 10,
    backupCount: options.backupCount ?? 3,
    report,
    compressor: new Compressor(report),
  });
  const files = () => readdirSync(scratch.folder).toSorted();
  const settled = async (...expected: string[]) => {
    await waitFor(`${expected.join(' ')} and nothing else`, () => files().join(' ') === expected.join(' '));
  };
  return { log, reports, files, settled, write: (text: string) => log.write(Buffer.from(text)) };
}

const unzipped = (scratch: Scratch, name: string) => gunzipSync(readFileSync(scratch.path(name))).toString();

test('a rotated file is compressed, and the chain of compressed files is shifted', async () => {
  await using scratch = new Scratch();
  const { write, settled, reports } = openLog(scratch, { backupCount: 2 });

  write('first line\n');
  await settled('log', 'log.1.gz');
  write('second line\n');
  await settled('log', 'log.1.gz', 'log.2.gz');
  write('third line\n');
  await waitFor('the third', () => existsSync(scratch.path('log.1.gz')));

  equal(unzipped(scratch, 'log.1.gz'), 'third line\n');
  equal(unzipped(scratch, 'log.2.gz'), 'second line\n');
  deepEqual(reports, []);
});

test('a rotated file is there under its own name at once', async () => {
  await using scratch = new Scratch();
  const { write, settled } = openLog(scratch);

  write('first line\n');
  equal(scratch.read('log.1'), 'first line\n');

  await settled('log', 'log.1.gz');
});

test('rotations wait for no compression, and what is compressed meanwhile ends where its file is then', async () => {
  await using scratch = new Scratch();
  const { write, settled } = openLog(scratch, { backupCount: 5 });

  for (const text of ['first line\n', 'second line\n', 'third line\n']) write(text);
  await settled('log', 'log.1.gz', 'log.2.gz', 'log.3.gz');

  deepEqual(
    ['log.3.gz', 'log.2.gz', 'log.1.gz'].map((name) => unzipped(scratch, name)),
    ['first line\n', 'second line\n', 'third line\n'],
  );
});

test('a file that goes while it is compressed leaves nothing behind', async () => {
  await using scratch = new Scratch();
  const { write, settled } = openLog(scratch, { backupCount: 1 });

  for (const text of ['first line\n', 'second line\n', 'third line\n']) write(text);
  await settled('log', 'log.1.gz');

  equal(unzipped(scratch, 'log.1.gz'), 'third line\n');
});

test('a chain of compressed and uncompressed files keeps its order; of two with one number the uncompressed stays', async () => {
  await using scratch = new Scratch();
  scratch.write('log.1', 'one');
  scratch.write('log.1.gz', 'older than one');
  scratch.write('log.2.gz', gzipSync('two'));
  scratch.write('log.3', 'three');
  const { write, settled } = openLog(scratch, { backupCount: 4 });

  write('0123456789');
  await settled('log', 'log.1.gz', 'log.2', 'log.3.gz', 'log.4');

  equal(unzipped(scratch, 'log.1.gz'), '0123456789');
  equal(scratch.read('log.2'), 'one');
  equal(unzipped(scratch, 'log.3.gz'), 'two');
  equal(scratch.read('log.4'), 'three');
});

test('a compressed file has the mode, the owner and the times of the log', async () => {
  await using scratch = new Scratch();
  const path = scratch.write('log', '', 0o640);
  if (process.getuid?.() === 0) chownSync(path, 65_534, 65_533);
  const { write, log, settled } = openLog(scratch);
  log.open();
  const before = statSync(path);

  write('0123456789');
  const { mtimeMs } = statSync(scratch.path('log.1'));
  await settled('log', 'log.1.gz');

  const { mode, uid, gid, ...times } = statSync(scratch.path('log.1.gz'));
  deepEqual([mode, uid, gid], [before.mode, before.uid, before.gid]);
  ok(Math.abs(times.mtimeMs - mtimeMs) < 1, `${times.mtimeMs} is not ${mtimeMs}`);
});

test('the files in order, unpacked, are what was written, without the oldest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 10 }), async (sizes) => {
      await using scratch = new Scratch();
      const { write, files } = openLog(scratch, { maxBytes: 20_000, backupCount: 4 });
      const texts = sizes.map((size, index) => `${index}`.repeat(size));

      for (const text of texts) write(text);
      await waitFor('all compressed', () =>
        files().every((name) => name === 'log' || /^log\.\d\.gz$/.test(name)),
      );

      const kept = [4, 3, 2, 1]
        .filter((number) => existsSync(scratch.path(`log.${number}.gz`)))
        .map((number) => unzipped(scratch, `log.${number}.gz`))
        .concat(sizes.length === 0 ? '' : scratch.read('log'));
      const all = texts.join('');
      ok(all.endsWith(kept.join('')));
      if (kept.length < 5) equal(kept.join(''), all);
    }),
    { numRuns: 20 },
  );
});

test('a file that cannot be compressed stays as it is, that is said once, and later ones are compressed again', async () => {
  await using scratch = new Scratch();
  mkdirSync(scratch.path('log.gz.tmp'));
  const { write, reports, settled } = openLog(scratch);
  write('first line\n');
  await waitFor('the report', () => reports.length > 0);
  write('second line\n');

  rmdirSync(scratch.path('log.gz.tmp'));
  await waitFor('the second turn', () => existsSync(scratch.path('log.2')));
  write('third line\n');
  await waitFor('the third compressed', () => existsSync(scratch.path('log.1.gz')));
  await settled('log', 'log.1.gz', ...readdirSync(scratch.folder).filter((name) => /^log\.[23]/.test(name)));

  equal(scratch.read('log.3'), 'first line\n');
  equal(reports.length, 1);
  deepEqual([reports[0]?.type, reports[0]?.sink], ['uncompressed', scratch.path('log')]);
});

test('what is no regular file is not waited for and not read through, and that is said', async () => {
  await using scratch = new Scratch();
  const elsewhere = scratch.write('elsewhere', 'secret');
  symlinkSync(elsewhere, scratch.path('link'));
  execFileSync('mkfifo', [scratch.path('fifo')]);
  const reports: SinkReport[] = [];
  const compressor = new Compressor((said) => void reports.push(said));

  for (const name of ['fifo', 'link']) compressor.add(scratch.path(name), scratch.path(`${name}.log`));
  await waitFor('both reports', () => reports.length === 2);

  deepEqual(
    reports.map(({ type, ...rest }) => [type, 'code' in rest && rest.code]),
    [
      ['uncompressed', 'EINVAL'],
      ['uncompressed', 'ELOOP'],
    ],
  );
  deepEqual(readdirSync(scratch.folder).toSorted(), ['elsewhere', 'fifo', 'link']);
});

test(
  'on a full disk rotated files stay uncompressed, and no temporary file is left',
  { skip: process.getuid?.() !== 0 && 'only root can mount' },
  async () => {
    await using scratch = new Scratch();
    const script = join(import.meta.dirname, 'support', 'output-compress-full.ts');

    const mounted = `mount -t tmpfs -o size=512k none ${scratch.folder} && ${process.execPath} ${script} ${scratch.folder}`;
    const seen = JSON.parse(execFileSync('unshare', ['-m', 'sh', '-c', mounted], { encoding: 'utf8' }));

    deepEqual(
      seen.reports.map(({ type, code }: { type: string; code: string }) => [type, code]),
      [['uncompressed', 'ENOSPC']],
    );
    deepEqual(seen.whileFull, ['ballast', 'log', 'log.1', 'log.2']);
    deepEqual(seen.files, ['log', 'log.1.gz', 'log.2', 'log.3']);
    equal(seen.bytes, 100_000);
  },
);

test('what is being compressed at the end of the process stays uncompressed, without a temporary file', async () => {
  await using scratch = new Scratch();
  const source = join(import.meta.dirname, '../../src/output');
  const script = scratch.write(
    'ends.ts',
    `import { RotatingFile } from ${JSON.stringify(`${source}/file-sink.ts`)};
     import { Compressor } from ${JSON.stringify(`${source}/rotate-compressor.ts`)};
     import { existsSync } from 'node:fs';
     const path = ${JSON.stringify(scratch.path('logs/log'))};
     const report = () => undefined;
     const log = new RotatingFile({ path, maxBytes: 1, backupCount: 2, report, compressor: new Compressor(report) });
     log.write(Buffer.alloc(1e6, 'x'));
     process.emit('exit', existsSync(path + '.gz.tmp') ? 0 : 1);
     process.reallyExit(existsSync(path + '.gz.tmp') ? 2 : 0);`,
  );
  mkdirSync(scratch.path('logs'));

  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });

  equal(status, 0, stderr);
  const names = readdirSync(scratch.path('logs'));
  ok(names.includes('log.1') && !names.some((name) => name.includes('gz')), names.join(' '));
});

/** A log that ages by a clock of the test. */
function openAging(scratch: Scratch, options: { maxAgeMs: number; backupCount?: number }) {
  let now = 0;
  const log = new RotatingFile({
    path: scratch.path('log'),
    maxBytes: 0,
    backupCount: options.backupCount ?? 3,
    maxAgeMs: options.maxAgeMs,
    report: () => undefined,
    now: () => now,
  });
  const files = () => readdirSync(scratch.folder).toSorted();
  return {
    log,
    files,
    write: (text: string) => log.write(Buffer.from(text)),
    wait: (ms: number) => (now += ms),
  };
}

test('a file that has reached its age is rotated at the next write, not before', async () => {
  await using scratch = new Scratch();
  const { write, wait, files } = openAging(scratch, { maxAgeMs: 3_600_000 });
  write('first\n');
  wait(3_000_000);
  write('second\n');
  wait(600_000);
  write('');
  deepEqual(files(), ['log']);

  write('third\n');

  deepEqual(files(), ['log', 'log.1']);
  deepEqual([scratch.read('log.1'), scratch.read('log')], ['first\nsecond\n', 'third\n']);
  wait(3_599_000);
  write('fourth\n');
  deepEqual(files(), ['log', 'log.1']);
});

test('the age of a file counts from its birth, also when it is opened again', async () => {
  await using scratch = new Scratch();
  const { log, write, wait } = openAging(scratch, { maxAgeMs: 3_600_000 });
  write('first\n');
  wait(3_599_000);

  log.reopen();
  write('second\n');

  // The file is seconds old by the wall clock, which counts at an opening.
  equal(scratch.read('log'), 'first\nsecond\n');
  const old = openAging(scratch, { maxAgeMs: 1 });
  await waitFor(
    'an age of more than 1 ms',
    () => Date.now() - statSync(scratch.path('log')).birthtimeMs > 10,
  );
  old.log.open();
  old.write('third\n');
  equal(scratch.read('log'), 'third\n');
});

test('where no birth is known, the last change before the opening counts', () => {
  const age = new LogAge(3_600_000, () => 0);

  age.opened({ size: 1, birthtimeMs: 0, mtimeMs: Date.now() - 3_601_000 });
  equal(age.isReached, true);
  age.opened({ size: 1, birthtimeMs: 0, mtimeMs: Date.now() - 3_000_000 });
  equal(age.isReached, false);
});

test('an empty file is not rotated, however old', async () => {
  await using scratch = new Scratch();
  writeFileSync(scratch.path('log'), '');
  const { log, write, wait, files } = openAging(scratch, { maxAgeMs: 1000 });
  log.open();
  wait(5000);

  write('first\n');

  deepEqual(files(), ['log']);
});

test('without backups a file that has reached its age is begun anew', async () => {
  await using scratch = new Scratch();
  const { write, wait, files } = openAging(scratch, { maxAgeMs: 1000, backupCount: 0 });
  write('first\n');
  wait(1000);

  write('second\n');

  deepEqual(files(), ['log']);
  equal(scratch.read('log'), 'second\n');
});
