import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOfTree, treeOf, wakeupsOf } from './process-cost.ts';
import type { Row } from './row.ts';
import { Trial } from './trial.ts';

// Caches warm up and log lines are written; then the supervisor is at rest.
const settleMs = 1500;

const idle: Row = {
  name: 'idle',
  figures: [{ title: 'wakeups at rest, 10 programs', unit: '/s', better: 'less', target: { value: 0.1 } }],
  needs: ['idle'],
  runs: { quick: 1, full: 1 },
  measure: async (setting, contender, scale) => {
    const lastsMs = scale === 'quick' ? 2000 : 20_000;
    await using trial = new Trial(setting, contender);
    const count = contender.can.has('many') ? 10 : 1;
    const own = await startIdle(trial, count);
    const before = wakeupsOf(own);
    await sleep(lastsMs);
    return [((wakeupsOf(own) - before) / lastsMs) * 1000];
  },
};

/** Memory of the supervisor alone: its own processes, not the programs. */
function memoryWith(count: number, anonymousMb: number): Row {
  const programs = `${count} idle program${count === 1 ? '' : 's'}`;
  return {
    name: `memory-${count}`,
    // Mapped pages of the executable fill RSS and PSS, but the kernel can drop them: only what is anonymous is judged.
    figures: [
      { title: `anonymous memory, ${programs}`, unit: 'MB', better: 'less', target: { value: anonymousMb } },
      { title: `PSS, ${programs}`, unit: 'MB', better: 'less' },
      { title: `RSS, ${programs}`, unit: 'MB', better: 'less' },
    ],
    needs: count === 1 ? [] : ['many'],
    runs: { quick: count === 1 || count === 100 ? 1 : 0, full: 3 },
    measure: async (setting, contender) => {
      await using trial = new Trial(setting, contender);
      await startIdle(trial, count);
      // Pages of a file that was just written count as dirty memory until they are on the disk.
      execFileSync('sync');
      const programPids = await supervisedPids(trial);
      const { anonymous, pss, rss } = memoryOfTree(await trial.pid(), programPids);
      return [anonymous, pss, rss];
    },
  };
}

/** What a supervisor costs while nothing happens. */
export const restRows: readonly Row[] = [
  idle,
  memoryWith(1, 16),
  memoryWith(10, 18),
  memoryWith(100, 22),
  memoryWith(1000, 40),
];

/** Starts programs that sleep, lets everything settle, and returns the pids of the supervisor itself. */
async function startIdle(trial: Trial, count: number): Promise<readonly number[]> {
  trial.start([...Array(count).keys()].map((index) => trial.program(`p${index}`, 'program', 'stay')));
  await trial.see('start', count);
  await sleep(settleMs);
  const programs = await supervisedPids(trial);
  return treeOf(await trial.pid()).filter((pid) => !programs.has(pid));
}

/** The leaves of the tree are the programs; what has children, or is alone, is the supervisor. */
async function supervisedPids(trial: Trial): Promise<ReadonlySet<number>> {
  const init = await trial.pid();
  return new Set(treeOf(init).filter((pid) => pid !== init && treeOf(pid).length === 1));
}
