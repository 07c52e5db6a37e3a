/** A program that is built as tsupervisor is, and tells what it finds. Its answer is one line of JSON. */
import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { isSea } from 'node:sea';
import { readCarriedText } from '../../src/linux/carried-parts.ts';
import { originalOpenFiles } from '../../src/linux/original-limits.ts';
import { ownEnvironment } from '../../src/linux/own-bytes.ts';

/** What the probe tells of the process that it is. */
export interface Told {
  readonly pid: number;
  readonly isSea: boolean;
  readonly execPath: string;
  readonly argv0: string;
  /** The arguments. */
  readonly words: readonly string[];
  /** The soft and the hard limit of open files from before Node raised it. */
  readonly openFiles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The names of the variables that Node and the libraries see. */
  readonly seenByNode: readonly string[];
  readonly descriptors: readonly number[];
  /** Lines of proc_pid_maps(5): libraries that come from a file system. */
  readonly libraries: readonly string[];
  /** What the copies of the libraries take: mapped, but not the page cache of a file (proc_pid_smaps(5)). */
  readonly copiedKilobytes: number;
  /** The first line of the versions that the executable carries. */
  readonly carried: string | undefined;
}

const mapped = readFileSync('/proc/self/maps', 'utf8').split('\n');
const limits = originalOpenFiles();

const told: Told = {
  pid: process.pid,
  isSea: isSea(),
  execPath: process.execPath,
  argv0: process.argv0,
  words: process.argv.slice(2),
  openFiles: limits === undefined ? [] : [String(limits.soft), String(limits.hard)],
  environment: Object.fromEntries(ownEnvironment()),
  seenByNode: Object.keys(process.env),
  descriptors: readdirSync('/proc/self/fd').map(Number),
  libraries: mapped.filter((line) => /\/lib\S*\.so/.test(line)),
  copiedKilobytes: copiedKilobytes(),
  carried: readCarriedText(process.execPath, 'versions')?.split('\n')[0],
};

writeSync(1, `${JSON.stringify(told)}\n`);

function copiedKilobytes(): number {
  const [, kilobytes = '-1'] =
    /^Pss_Shmem: +(\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8')) ?? [];
  return Number(kilobytes);
}
