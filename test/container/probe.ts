/** A program that is built as tsupervisor is, and tells what it finds. Its answer is one line of JSON. */
import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { isSea } from 'node:sea';
import { readCarriedText } from '../../src/linux/carried-parts.ts';
import { originalOpenFiles } from '../../src/linux/original-limits.ts';

const mapped = readFileSync('/proc/self/maps', 'utf8').split('\n');
const limits = originalOpenFiles();

const told = {
  pid: process.pid,
  isSea: isSea(),
  execPath: process.execPath,
  argv0: process.argv0,
  words: process.argv.slice(2),
  openFiles: limits === undefined ? undefined : [String(limits.soft), String(limits.hard)],
  environment: process.env,
  descriptors: readdirSync('/proc/self/fd').map(Number),
  libraries: mapped.filter((line) => /\/lib\S*\.so/.test(line)),
  copiedKilobytes: copiedKilobytes(),
  carried: readCarriedText(process.execPath, 'versions')?.split('\n')[0],
};

writeSync(1, `${JSON.stringify(told)}\n`);

/** What the libraries' copies in memory take (proc_pid_smaps(5)): mapped, but no page cache of a file. */
function copiedKilobytes(): number {
  const [, kilobytes = '-1'] =
    /^Pss_Shmem: +(\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8')) ?? [];
  return Number(kilobytes);
}
