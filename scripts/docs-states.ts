/** docs/STATES.md: what each event does in each state, found out by asking the table itself. */
import { STATE_CODES, type StateName } from '../src/core/process-state.ts';
import { type Policy, type ProcessEvent, type ProcessState, step } from '../src/core/process-machine.ts';

const policy: Policy = {
  startMs: 1000,
  startRetries: 3,
  autorestart: 'unexpected',
  exitCodes: [0],
  stopSignals: [15],
  stopMs: 10_000,
  stopAsGroup: false,
  killAsGroup: false,
};

const end = { kind: 'exited', code: 1 } as const;
const why = 'it failed';

/** One of each; every process that lives began at 0. */
const states: readonly ProcessState[] = [
  { name: 'STOPPED', end: undefined },
  { name: 'STARTING', pid: 7, since: 0, attempt: 1, quickRuns: 0 },
  { name: 'RUNNING', pid: 7, since: 0, quickRuns: 0 },
  { name: 'BACKOFF', attempt: 1, why, end },
  { name: 'STOPPING', pid: 7, sent: 1 },
  { name: 'EXITED', end, expected: false, restarts: true, quickRuns: 0 },
  { name: 'FATAL', why, end },
  { name: 'UNKNOWN', pid: 7, why },
];

const spawning: ProcessState = { name: 'STARTING', pid: undefined, since: 0, attempt: 1, quickRuns: 0 };

/** What happens, the words for it, and when. */
const events: readonly { readonly words: string; readonly event: ProcessEvent; readonly now: number }[] = [
  { words: 'start', event: { type: 'start' }, now: 0 },
  { words: 'spawned', event: { type: 'spawned', pid: 7 }, now: 0 },
  { words: 'spawn failed', event: { type: 'spawnFailed', why, exitCode: 127 }, now: 0 },
  { words: 'exited before startsecs', event: { type: 'exited', end }, now: 10 },
  { words: 'exited after startsecs, not expected', event: { type: 'exited', end }, now: 5000 },
  {
    words: 'exited after startsecs, expected',
    event: { type: 'exited', end: { kind: 'exited', code: 0 } },
    now: 5000,
  },
  { words: 'its time is up', event: { type: 'timer' }, now: 10_000 },
  { words: 'stop', event: { type: 'stop', shutdown: false }, now: 0 },
  { words: 'stop, at shutdown', event: { type: 'stop', shutdown: true }, now: 0 },
  { words: 'kill', event: { type: 'kill' }, now: 0 },
  { words: 'the kernel refused our signal', event: { type: 'signalFailed', why }, now: 0 },
];

function cell(state: ProcessState, { event, now }: (typeof events)[number]): string {
  const isSpawnAnswer = event.type === 'spawned' || event.type === 'spawnFailed';
  const from = isSpawnAnswer && state.name === 'STARTING' ? spawning : state;
  try {
    const { entered, effects } = step(from, event, { now, policy, respawn: true });
    const path = entered
      .map(({ name }) => name)
      .filter((name, index, all) => name !== (all[index - 1] ?? state.name));
    const signals = effects.flatMap((effect) =>
      effect.type === 'signal' ? [effect.signal === 9 ? 'KILL' : 'stopsignal'] : [],
    );
    return (
      [...path.map((name) => `→ ${name}`), ...signals.map((signal) => `sends ${signal}`)].join(', ') ||
      'stays'
    );
  } catch {
    return 'cannot happen';
  }
}

/** The whole document. */
export function statesDocument(): string {
  const names = states.map(({ name }) => name);
  const codes = names.map((name: StateName) => `${name} ${STATE_CODES[name]}`).join(', ');
  return [
    '# States of a process',
    '',
    'This page is printed from the table in `src/core/process-machine.ts`, with the default policy: startsecs=1,',
    'startretries=3, autorestart=unexpected, exitcodes=0.',
    '',
    `Codes in the API: ${codes}.`,
    '',
    `| | ${names.join(' | ')} |`,
    `| --- | ${names.map(() => '---').join(' | ')} |`,
    ...events.map((row) => `| ${row.words} | ${states.map((state) => cell(state, row)).join(' | ')} |`),
    '',
    'A process in BACKOFF waits one second longer after each failed start. After startretries failed retries it is FATAL.',
    'While tsupervisor shuts down nothing is started again: BACKOFF and EXITED stay what they are.',
    '',
  ].join('\n');
}
