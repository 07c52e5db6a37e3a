import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { type Scratch } from '../support/scratch.ts';
import { MemoryWatch } from './flood-memory.ts';
import { readPipe } from './flood-pipe.ts';
import { Arrived, Demultiplexer } from './flood-streams.ts';
import { type Options, program, Rig, settings } from './rig.ts';

/** What all programs write together. */
const floodBytes = Number(process.env['FLOOD_BYTES'] ?? 300_000_000);
const runCount = 4;
const backupCount = 60;
const maxMemoryKb = 100_000_000 / 1024;
const compiler = process.env['CC'] ?? 'gcc';

/** The container's stdout, a FIFO that is a program's own, or a log file with its backups. */
type Place = 'stdout' | 'pipe' | 'file';

/** What a program of the flood writes (flood.c), and how its section goes on; PATH is its log file, PIPE the FIFO. */
interface Writer {
  readonly name: string;
  readonly kind: 'text' | 'json' | 'tagged' | 'binary' | 'both';
  readonly options: Options;
  /** Where its bytes are found. */
  readonly arrivesIn: readonly Place[];
}

const rotation: Options = {
  stdout_logfile_maxbytes: Math.ceil(floodBytes / 20 / 30),
  stdout_logfile_backups: backupCount,
};
const redirect: Options = { redirect_stderr: true };
const toFile: Options = { stdout_logfile: 'PATH', ...rotation };

const several = (names: readonly string[], writer: Omit<Writer, 'name'>): readonly Writer[] =>
  names.map((name) => ({ ...writer, name }));

const writers: readonly Writer[] = [
  ...several(['pre1', 'pre2', 'pre3', 'pre4'], { kind: 'text', options: {}, arrivesIn: ['stdout'] }),
  ...several(['jsn1', 'jsn2', 'jsn3', 'jsn4'], {
    kind: 'json',
    options: { output_format: 'json' },
    arrivesIn: ['stdout'],
  }),
  ...several(['raw1', 'raw2', 'raw3'], {
    kind: 'tagged',
    options: { stdout_logfile: '/dev/stdout' },
    arrivesIn: ['stdout'],
  }),
  ...several(['bin1'], { kind: 'binary', options: { stdout_logfile: 'PIPE' }, arrivesIn: ['pipe'] }),
  ...several(['fil1', 'fil2', 'fil3', 'fil4'], { kind: 'binary', options: toFile, arrivesIn: ['file'] }),
  ...several(['red1', 'red2'], { kind: 'both', options: { ...toFile, ...redirect }, arrivesIn: ['file'] }),
  ...several(['two1', 'two2'], {
    kind: 'tagged',
    options: { stdout_logfile: 'PATH,/dev/stdout', ...rotation },
    arrivesIn: ['stdout', 'file'],
  }),
];

/** Every reader stalls now and then, also for longer than an unfinished line is held. */
const stalls = { everyBytes: floodBytes / 24, stallsMs: [20, 60, 5, 300, 20, 1500, 10, 100] };

test('20 programs flood every kind of destination, crash and are restarted: not a byte is lost or changed', async (context) => {
  await using rig = await Rig.open();
  const { scratch } = rig;
  const flood = scratch.path('flood');
  execFileSync(compiler, ['-O2', '-o', flood, join(import.meta.dirname, 'flood.c')]);
  const stdout = arrivals('stdout');
  const pipe = arrivals('pipe');
  const lines = new Demultiplexer(stdout);
  const startMs = performance.now();

  const ends = [
    readPipe(scratch.path('stdout'), (chunk) => lines.add(chunk), stalls),
    readPipe(scratch.path('pipe'), (chunk) => pipe.get('bin1')?.add(chunk), stalls),
  ];
  const config = rig.config([
    settings({ logfile: scratch.path('activity.log'), logfile_maxbytes: 0 }),
    ...writers.map((writer) => sectionOf(writer, scratch, flood)),
  ]);
  await using init = new Pid1([
    '/bin/sh',
    '-c',
    `exec "$@" > ${scratch.path('stdout')}`,
    'sh',
    tsupervisor,
    '-c',
    config,
  ]);
  using memory = new MemoryWatch(await init.hostPid());
  await Promise.all(ends);
  equal((await init.exit()).code, 0);
  const seconds = (performance.now() - startMs) / 1000;

  equal(lines.unfinished, '');
  const files = await arrivalsInFiles(scratch);
  deepEqual(
    [...told(stdout, 'stdout'), ...told(pipe, 'pipe'), ...told(files, 'file')].toSorted(),
    writers
      .flatMap(({ name, arrivesIn }) => arrivesIn.map((place) => written(scratch, { name, place })))
      .toSorted(),
  );
  const { rssKb, anonKb, peakKb } = memory.highest;
  context.diagnostic(
    `${floodBytes} bytes in ${seconds.toFixed(1)} s; at most ${rssKb} kB resident, ${anonKb} kB anonymous, VmHWM ${peakKb} kB`,
  );
  ok(memory.count > 0);
  ok(peakKb <= maxMemoryKb, `resident: ${peakKb} kB`);
});

function sectionOf({ name, kind, options }: Writer, scratch: Scratch, flood: string): string {
  const bytes = Math.floor(floodBytes / writers.length);
  const logfile = String(options['stdout_logfile'] ?? 'container')
    .replace('PATH', scratch.path(`${name}.log`))
    .replace('PIPE', scratch.path('pipe'));
  return program(name, {
    command: `${flood} ${kind} ${name} ${bytes} ${runCount} ${scratch.path(name)}`,
    startsecs: 0,
    ...options,
    stdout_logfile: logfile,
  });
}

/** One for each program whose bytes arrive in a place. */
function arrivals(place: Place): ReadonlyMap<string, Arrived> {
  const names = writers.filter(({ arrivesIn }) => arrivesIn.includes(place)).map(({ name }) => name);
  return new Map(names.map((name) => [name, new Arrived()]));
}

/** Joins each log file and its backups, the oldest first. */
async function arrivalsInFiles(scratch: Scratch): Promise<ReadonlyMap<string, Arrived>> {
  const files = arrivals('file');
  for (const [name, arrived] of files) {
    const path = scratch.path(`${name}.log`);
    const backups = Array.from({ length: backupCount }, (_, index) => `${path}.${backupCount - index}`);
    const kept = backups.filter((backup) => existsSync(backup));
    ok(kept.length >= 10 && kept.length < backupCount, `${name}.log has ${kept.length} backups`);
    for (const file of [...kept, path]) await arrived.addFile(file);
  }
  return files;
}

/** What arrived of each program, as text. */
const told = (arrived: ReadonlyMap<string, Arrived>, place: Place): readonly string[] =>
  Array.from(arrived, ([name, stream]) => `${name} in ${place}: ${stream.end().sha256}`);

/** What a program says that it has written, as the same text. */
function written(
  scratch: Scratch,
  { name, place }: { readonly name: string; readonly place: Place },
): string {
  const [sha256, bytes, runs] = scratch.read(`${name}.sha256`).trim().split(' ');
  ok(Number(bytes) >= Math.floor(floodBytes / writers.length / runCount) * runCount);
  equal(Number(runs), runCount);
  return `${name} in ${place}: ${sha256}`;
}
