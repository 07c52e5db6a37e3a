import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from './row.ts';
import { median } from './rows-life.ts';
import { RpcClient } from './rpc-client.ts';
import { Trial } from './trial.ts';

const programs = 100;
const clients = 8;
const everything = 'getAllProcessInfo';

/** Starts programs that sleep under a supervisor that can be asked. Returns its socket, when it answers. */
async function startControlled(trial: Trial, count: number): Promise<string> {
  const argv = [...Array(count).keys()].map((index) => trial.program(`p${index}`, 'program', 'stay'));
  const socket = trial.startControlled(argv);
  await trial.see('start', count);
  // supervisord listens before it starts programs; whoever answers late is waited for.
  for (let tries = 0; tries < 100; tries++) if (await answers(socket)) return socket;
  throw new Error(`cannot ask: nobody listens at ${socket}`);
}

async function answers(socket: string): Promise<boolean> {
  try {
    using client = await RpcClient.connect(socket);
    await client.call('getState');
    return true;
  } catch {
    await sleep(50);
    return false;
  }
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** The median of some runs, one after the other, in ms. */
async function medianOf(count: number, work: () => Promise<void>): Promise<number> {
  const taken: number[] = [];
  for (let run = 0; run < count; run++) taken.push(await timeOf(work));
  return median(taken);
}

const allInfo: Row = {
  name: 'rpc-all-info',
  figures: [
    { title: `${everything}, ${programs} programs`, unit: 'ms', better: 'less', target: { times: 4 } },
    { title: `${everything}, the same over a new connection`, unit: 'ms', better: 'less' },
  ],
  needs: ['many', 'control'],
  runs: { quick: 1, full: 3 },
  measure: async (setting, contender, scale) => {
    const count = scale === 'quick' ? 100 : 300;
    await using trial = new Trial(setting, contender);
    const socket = await startControlled(trial, programs);
    using kept = await RpcClient.connect(socket);
    const warm = async (): Promise<void> => kept.call(everything);
    const cold = async (): Promise<void> => {
      using client = await RpcClient.connect(socket);
      await client.call(everything);
    };
    await medianOf(20, warm);
    return [await medianOf(count, warm), await medianOf(count, cold)];
  },
};

/** Calls in a second, by clients that call again as soon as they have an answer. */
async function rateOf(socket: string, method: string, lastsMs: number): Promise<number> {
  const startedMs = performance.now();
  const isOver = (): boolean => performance.now() - startedMs >= lastsMs;
  const keepCalling = async (): Promise<number> => {
    using client = await RpcClient.connect(socket);
    let calls = 0;
    for (; !isOver(); calls++) await client.call(method);
    return calls;
  };
  const calls = await Promise.all([...Array(clients).keys()].map(keepCalling));
  return (calls.reduce((sum, each) => sum + each, 0) / (performance.now() - startedMs)) * 1000;
}

const rate: Row = {
  name: 'rpc-rate',
  figures: [
    {
      title: `${everything}, ${programs} programs, ${clients} clients at once`,
      unit: '/s',
      better: 'more',
      target: { value: 500 },
    },
    { title: `getState, ${clients} clients at once`, unit: '/s', better: 'more' },
  ],
  needs: ['many', 'control'],
  runs: { quick: 1, full: 3 },
  measure: async (setting, contender, scale) => {
    const lastsMs = scale === 'quick' ? 1500 : 4000;
    await using trial = new Trial(setting, contender);
    const socket = await startControlled(trial, programs);
    await rateOf(socket, everything, 500);
    return [await rateOf(socket, everything, lastsMs), await rateOf(socket, 'getState', lastsMs)];
  },
};

/** What a script waits for: the client's own start, its questions, and its end. */
function statusWith(count: number): Row {
  return {
    name: `ctl-status-${count}`,
    figures: [
      {
        title: `\`ctl status\`, ${count} programs, exec to exit`,
        unit: 'ms',
        better: 'less',
        target: { times: 4 },
      },
    ],
    needs: ['many', 'control'],
    runs: { quick: 1, full: 3 },
    measure: async (setting, contender, scale) => {
      const runs = scale === 'quick' ? 7 : 15;
      await using trial = new Trial(setting, contender);
      await startControlled(trial, count);
      const taken: number[] = [];
      for (let run = 0; run < runs; run++) taken.push(await trial.timeClient('status'));
      return [median(taken)];
    },
  };
}

/** What it takes to ask a supervisor, and to be answered. */
export const controlRows: readonly Row[] = [allInfo, rate, statusWith(10), statusWith(programs)];
