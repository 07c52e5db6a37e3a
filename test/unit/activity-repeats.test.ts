import { deepEqual, equal } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { createActivityLog } from '../../src/activity/activity-log.ts';

/** A log on a clock of the test. `texts`: its lines as level and message. */
async function openLog(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const lines: string[] = [];
  let now = 0;
  const log = createActivityLog({
    level: 'info',
    format: 'text',
    write: (line) => lines.push(line.slice(24, -1)),
    monotonicMs: () => now,
    defer: () => undefined,
  });
  log.info('first');
  await log.ready();
  lines.length = 0;
  const advance = (ms: number): void => {
    now += ms;
    context.mock.timers.tick(ms);
  };
  const times = (count: number, message: string): void => {
    for (let index = 0; index < count; index++) log.warn(message);
  };
  return { log, lines, advance, times };
}

const copies = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

test('ten equal lines are written, further ones are counted until another comes', async (context) => {
  const { lines: seen, log, times } = await openLog(context);

  times(25, 'no');
  deepEqual(seen, copies(10, 'WARN no'));
  log.info('other');

  deepEqual(seen.slice(10), ['WARN the line before was repeated 15 times', 'INFO other']);
});

test('what has been counted is said after five seconds, and then the line is written again', async (context) => {
  const { lines: seen, advance, times } = await openLog(context);

  times(12, 'no');
  advance(4999);
  times(1, 'no');
  equal(seen.length, 10);
  advance(1);
  deepEqual(seen.slice(10), ['WARN the line before was repeated 3 times']);
  times(1, 'no');

  deepEqual(seen.slice(11), ['WARN no']);
});

test('equal lines that come slowly are all written', async (context) => {
  const { lines: seen, advance, times } = await openLog(context);

  for (let count = 0; count < 50; count++) {
    times(1, 'no');
    advance(600);
  }

  deepEqual(seen, copies(50, 'WARN no'));
});

test('lines that differ in level or text are no repetition', async (context) => {
  const { lines: seen, log } = await openLog(context);

  for (let count = 0; count < 30; count++) {
    log.warn('no');
    log.error('no');
  }

  equal(seen.length, 60);
});

for (const message of [
  "spawned: 'web' with pid 7",
  "spawnerr: can't find command 'x'",
  'exited: web (exit status 1; not expected)',
  'success: web entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)',
  'gave up: web entered FATAL state, too many start retries too quickly',
  'stopped: web (terminated by SIGTERM)',
  'reaped unknown pid 7 (exit status 0)',
  'waiting for web to die',
  "killing 'web' (7) with SIGKILL",
])
  test(`"${message}" is written however often it comes`, async (context) => {
    const { lines: seen, times } = await openLog(context);

    times(100, message);

    deepEqual(seen, copies(100, `WARN ${message}`));
  });

test('what has been counted is said at the end', async (context) => {
  const { lines: seen, log, times } = await openLog(context);
  times(11, 'no');

  await log.ready();
  await log.ready();

  deepEqual(seen.slice(10), ['WARN the line before was repeated 1 times']);
});

test('every line is written or counted', async (context) => {
  const { log, lines: seen, advance } = await openLog(context);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 40 }), fc.nat({ max: 6000 }))),
      async (runs) => {
        seen.length = 0;
        for (const [message, count, pauseMs] of runs) {
          for (let index = 0; index < count; index++) log.info(message);
          advance(pauseMs);
        }
        await log.ready();

        const said = seen.map((line) => Number(/repeated (\d+) times$/.exec(line)?.[1] ?? 1));
        equal(
          said.reduce((sum, count) => sum + count, 0),
          runs.reduce((sum, [, count]) => sum + count, 0),
        );
      },
    ),
    { numRuns: 50 },
  );
});
