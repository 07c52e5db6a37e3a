/** Rotates and compresses on a full disk, twice, then with room, and prints what happened as JSON. */
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RotatingFile } from '../../../src/output/file-sink.ts';
import { Compressor } from '../../../src/output/rotate-compressor.ts';
import { type SinkReport } from '../../../src/output/sink.ts';
import { waitFor } from '../../support/wait-for.ts';

const folder = process.argv[2] ?? '';
const reports: SinkReport[] = [];
const report = (said: SinkReport): void => void reports.push(said);
const log = new RotatingFile({
  path: join(folder, 'log'),
  maxBytes: 50_000,
  backupCount: 5,
  report,
  compressor: new Compressor(report),
});
const look = (): string[] => readdirSync(folder).toSorted();
const rotate = (bytes: number): boolean => log.write(randomBytes(bytes));
const isIdle = (): boolean => !look().includes('log.gz.tmp');
const ballast = join(folder, 'ballast');

// What is left of 512 KB is room for two logs, but for neither of them a second time.
writeFileSync(ballast, Buffer.alloc(336 * 1024));
rotate(100_000);
await waitFor('the failure', () => reports.length > 0 && isIdle());
rotate(60_000);
// The next one fails as well: it is over when its temporary file has come and gone.
await waitFor('the second failure', () => isIdle() && look().includes('log.2'));
const whileFull = look();
rmSync(ballast);
rotate(50_000);
await waitFor('a compressed file', () => look().includes('log.1.gz'));
process.stdout.write(
  JSON.stringify({ reports, whileFull, files: look(), bytes: statSync(join(folder, 'log.3')).size }),
);
