import type { Row, Scale, Target } from './row.ts';
import { type Stamp, Trial } from './trial.ts';

const range = (count: number): readonly number[] => [...Array(count).keys()];

/** How soon programs run: from the supervisor's own execve to the last program's first instruction. */
function startOf(count: number, target: Target, runs: Readonly<Record<Scale, number>>): Row {
  const title =
    count === 1 ? 'exec to first instruction' : `exec to first instruction of the last of ${count}`;
  return {
    name: `start-${count}`,
    figures: [{ title, unit: 'ms', better: 'less', target }],
    needs: count === 1 ? [] : ['many'],
    runs,
    measure: async (setting, contender) => {
      await using trial = new Trial(setting, contender);
      trial.start(range(count).map((index) => trial.program(`p${index}`, 'program', 'stay')));
      const starts = await trial.see('start', count);
      const [exec] = trial.stamps('exec');
      return [Math.max(...starts.map(({ atMs }) => atMs)) - (exec?.atMs ?? Number.NaN)];
    },
  };
}

const restart: Row = {
  name: 'restart',
  figures: [{ title: 'crash to restart', unit: 'ms', better: 'less', target: { times: 200 } }],
  needs: ['restart'],
  runs: { quick: 1, full: 3 },
  measure: async (setting, contender, scale) => {
    const runs = scale === 'quick' ? 3 : 21;
    await using trial = new Trial(setting, contender);
    trial.start([trial.program('p', 'program', 'crash', String(runs))]);
    const starts = await trial.see('start', runs);
    return [median(gaps(trial.stamps('death'), starts.slice(1)))];
  },
};

/** How long a stop takes, from the signal to the exit of PID 1. */
function stopOf(count: number, slowMs: number, target: Target): Row {
  const kind = slowMs === 0 ? 'that ends at once' : `that need${count === 1 ? 's' : ''} 1 s`;
  const title = `stop with ${count} program${count === 1 ? '' : 's'} ${kind}`;
  return {
    name: slowMs === 0 ? 'stop' : `stop-slow-${count}`,
    figures: [{ title, unit: 'ms', better: 'less', target }],
    needs: count === 1 ? ['stop'] : ['stop', 'many'],
    runs: { quick: 1, full: 5 },
    measure: async (setting, contender) => {
      await using trial = new Trial(setting, contender);
      const words = slowMs === 0 ? ['stay'] : ['slow', String(slowMs)];
      trial.start(range(count).map((index) => trial.program(`p${index}`, 'program', ...words)));
      await trial.see('start', count);
      return [await trial.stop()];
    },
  };
}

const orphans: Row = {
  name: 'orphans',
  figures: [
    { title: 'orphans made and reaped', unit: '/s', better: 'more' },
    {
      title: '10,000 orphans: the last made until the last reaped',
      unit: 'ms',
      better: 'less',
      target: { value: 1000 },
    },
  ],
  needs: ['orphans'],
  runs: { quick: 1, full: 3 },
  measure: async (setting, contender, scale) => {
    const count = scale === 'quick' ? 2000 : 10_000;
    await using trial = new Trial(setting, contender);
    trial.start([trial.program('p', 'orphans', String(count))]);
    const [reaped] = await trial.see('reaped');
    const [start] = trial.stamps('start');
    const [made] = trial.stamps('made');
    const leftMs = (reaped?.atMs ?? Number.NaN) - (made?.atMs ?? Number.NaN);
    return [
      (count / ((reaped?.atMs ?? Number.NaN) - (start?.atMs ?? Number.NaN))) * 1000,
      leftMs * (10_000 / count),
    ];
  },
};

/** What a supervisor does to its programs' lives, and how long it takes. */
export const lifeRows: readonly Row[] = [
  startOf(1, { times: 14 }, { quick: 3, full: 15 }),
  startOf(100, { times: 7 }, { quick: 1, full: 5 }),
  startOf(1000, { times: 7 }, { quick: 0, full: 3 }),
  restart,
  stopOf(1, 0, { times: 15 }),
  stopOf(1, 1000, { value: 1300 }),
  stopOf(10, 1000, { value: 1300 }),
  orphans,
];

/** The median of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function gaps(from: readonly Stamp[], to: readonly Stamp[]): readonly number[] {
  return from.map(({ atMs }, index) => (to[index]?.atMs ?? Number.NaN) - atMs);
}
