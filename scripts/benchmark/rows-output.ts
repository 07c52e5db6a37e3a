import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './contender.ts';
import { cpuSecondsOf, residentOf } from './process-cost.ts';
import type { Row, Scale, Target } from './row.ts';
import { Trial } from './trial.ts';

const lineBytes = 100;

const floodBytes: Readonly<Record<Scale, number>> = { quick: 200_000_000, full: 1_000_000_000 };

/** How fast output gets through to the container's standard output, and what that costs. */
function throughOf(output: 'raw' | 'prefix' | 'json', target: Target): Row {
  return {
    name: `output-${output}`,
    figures: [
      { title: `output, ${output}`, unit: 'MB/s', better: 'more', target },
      { title: `output, ${output}: processor`, unit: 's/GB', better: 'less' },
    ],
    needs: [output],
    runs: { quick: 1, full: 3 },
    measure: async (setting, contender, scale) => {
      const bytes = floodBytes[scale];
      await using trial = new Trial(setting, contender);
      trial.start([trial.program('flood', 'flood', String(bytes))], output, {
        lines: bytes / lineBytes,
        exact: output === 'raw',
        stallMs: 0,
      });
      const [done] = await trial.see('done');
      const cpu = cpuSecondsOf(await trial.pid());
      const [start] = trial.stamps('start');
      await trial.stop();
      await checkWhole(trial, bytes, output);
      return [rate(bytes, start?.atMs, done?.atMs), (cpu / bytes) * 1e9];
    },
  };
}

const toFile: Row = {
  name: 'output-file',
  figures: [
    { title: 'output, file', unit: 'MB/s', better: 'more', target: { times: 5 } },
    { title: 'output, file: processor', unit: 's/GB', better: 'less' },
  ],
  needs: ['file'],
  runs: { quick: 1, full: 3 },
  measure: async (setting, contender, scale) => {
    const bytes = floodBytes[scale];
    await using trial = new Trial(setting, contender);
    trial.start([trial.program('flood', 'flood', String(bytes))], 'file');
    const [written] = await trial.see('written');
    const [start] = trial.stamps('start');
    const cpu = cpuSecondsOf(await trial.pid());
    await trial.stop();
    await checkFile(join(trial.folder, 'output.log'), bytes);
    return [rate(bytes, start?.atMs, written?.atMs), (cpu / bytes) * 1e9];
  },
};

const stall: Row = {
  name: 'stall',
  figures: [
    { title: 'peak anonymous memory while the reader stalls', unit: 'MB', better: 'less' },
    {
      title: 'peak resident memory while the reader stalls',
      unit: 'MB',
      better: 'less',
      target: { value: 90 },
    },
  ],
  needs: ['stall'],
  runs: { quick: 1, full: 1 },
  measure: async (setting, contender, scale) => {
    const bytes = floodBytes[scale];
    const stallMs = scale === 'quick' ? 2000 : 5000;
    await using trial = new Trial(setting, contender);
    trial.start([trial.program('flood', 'flood', String(bytes))], 'raw', {
      lines: bytes / lineBytes,
      exact: true,
      stallMs,
    });
    const peak = await peakUntil(trial, await trial.pid());
    await trial.stop();
    await checkWhole(trial, bytes, 'raw');
    return [peak.anonymous, peak.resident];
  },
};

/** What happens to programs' output. */
export const outputRows: readonly Row[] = [
  throughOf('raw', { times: 8 }),
  throughOf('prefix', { times: 3, of: 'output, raw' }),
  throughOf('json', { times: 1.5, of: 'output, raw' }),
  toFile,
  stall,
];

function rate(bytes: number, fromMs = Number.NaN, untilMs = Number.NaN): number {
  return bytes / 1e6 / ((untilMs - fromMs) / 1000);
}

/** The peak of the anonymous memory until the sink has everything. The kernel keeps none, so it is sampled. */
async function peakUntil(trial: Trial, pid: number): Promise<{ anonymous: number; resident: number }> {
  const peak = { anonymous: 0, resident: 0 };
  while (trial.stamps('done').length === 0) {
    const now = residentOf(pid);
    peak.anonymous = Math.max(peak.anonymous, now.anonymous);
    peak.resident = Math.max(peak.resident, now.resident);
    await sleep(20);
  }
  return peak;
}

/** Bytes out = bytes in: as many lines as were written, and in raw output exactly their bytes. */
async function checkWhole(trial: Trial, bytes: number, output: Output): Promise<void> {
  const [wrong] = await trial.see('wrong');
  const [lines] = trial.stamps('lines');
  const [total] = trial.stamps('bytes');
  if (lines?.value !== bytes / lineBytes)
    throw new Error(`cannot count the output: ${lines?.value} lines came`);
  if (output !== 'raw') return;
  if (total?.value !== bytes)
    throw new Error(`cannot trust the output: ${total?.value} bytes came of ${bytes}`);
  if (wrong?.value !== -1) throw new Error(`cannot trust the output: it differs after byte ${wrong?.value}`);
}

/** The same for a log file, against the lines that the flood repeats. */
async function checkFile(path: string, bytes: number): Promise<void> {
  const { size } = statSync(path);
  if (size !== bytes) throw new Error(`cannot trust the log file: ${size} bytes came of ${bytes}`);
  const block = Buffer.concat([...Array(655).keys()].map(floodLine));
  let at = 0;
  // Read in blocks of the pattern, so that each is compared with the same bytes.
  for await (const chunk of createReadStream(path, {
    highWaterMark: block.length,
  }) as AsyncIterable<Buffer>) {
    if (!chunk.equals(block.subarray(0, chunk.length))) {
      throw new Error(`cannot trust the log file: it differs after byte ${at}`);
    }
    at += chunk.length;
  }
}

function floodLine(index: number): Buffer {
  const number = `line ${String(index).padStart(6, '0')} `;
  const letter = String.fromCodePoint(97 + (index % 26));
  return Buffer.from(`${number.padEnd(lineBytes - 1, letter)}\n`);
}
