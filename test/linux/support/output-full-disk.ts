/** Fills the disk of a folder through a rotating file, makes room, writes on, and prints what happened as JSON. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RotatingFile } from '../../../src/output/file-sink.ts';
import { type SinkReport } from '../../../src/output/sink.ts';

const folder = process.argv[2] ?? '';
const reports: SinkReport[] = [];
let now = 0;
const path = join(folder, 'log');
writeFileSync(join(folder, 'ballast'), Buffer.alloc(32_768));
const log = new RotatingFile({
  path,
  maxBytes: 0,
  backupCount: 0,
  report: (report) => reports.push(report),
  now: () => now,
});
const line = Buffer.alloc(10_000, 'x');

for (let count = 0; count < 10; count++) log.write(line);
rmSync(join(folder, 'ballast'));
now += 1000;
log.write(Buffer.from('after\n'));

const content = readFileSync(path, 'utf8');
process.stdout.write(
  JSON.stringify({ reports, writtenBytes: 100_006, fileBytes: content.length, lastLine: content.slice(-6) }),
);
