import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { createActivityLog } from '../../src/activity/activity-log.ts';
import { type LogFormat } from '../../src/activity/entry.ts';
import { type Level, LEVELS } from '../../src/activity/level.ts';

const levels: readonly Level[] = ['critical', 'error', 'warn', 'info', 'debug', 'trace', 'blather'];

function openLog(options: { level?: Level; format?: LogFormat } = {}) {
  const lines: string[] = [];
  const loads: (() => void)[] = [];
  let now = new Date(2026, 0, 2, 3, 4, 5, 6);
  const log = createActivityLog({
    level: options.level ?? 'info',
    format: options.format ?? 'text',
    write: (line) => lines.push(line),
    now: () => now,
    defer: (load) => loads.push(load),
  });
  return { log, lines, loads, advance: (ms: number) => (now = new Date(now.getTime() + ms)) };
}

test('a line has local time with milliseconds, the code of its level and the message', async () => {
  const { log, lines } = openLog();

  log.info('supervisord started with pid 1', { pid: 1 });
  await log.ready();

  deepEqual(lines, ['2026-01-02 03:04:05,006 INFO supervisord started with pid 1\n']);
});

test('every level has its code', async () => {
  const { log, lines } = openLog({ level: 'blather' });

  for (const level of levels) log[level]('x');
  await log.ready();

  deepEqual(
    lines.map((line) => line.slice(24, 28)),
    ['CRIT', 'ERRO', 'WARN', 'INFO', 'DEBG', 'TRAC', 'BLAT'],
  );
});

for (const limit of levels) {
  test(`at level ${limit}, what is less severe is not written`, async () => {
    const { log, lines } = openLog({ level: limit });

    for (const level of levels) log[level](level);
    await log.ready();

    const expected = levels.filter((level) => LEVELS[level] >= LEVELS[limit]);
    deepEqual(
      lines.map((line) => line.slice(29, -1)),
      expected,
    );
    deepEqual(
      levels.filter((level) => log.isEnabled(level)),
      expected,
    );
  });
}

test('lines that come before pino is loaded keep their order and their times', async () => {
  const { log, lines, advance } = openLog();

  log.info('first');
  advance(1000);
  log.info('second');
  equal(lines.length, 0);
  await log.ready();
  advance(1000);
  log.info('third');

  deepEqual(
    lines.map((line) => line.slice(17, 29)),
    ['05,006 INFO ', '06,006 INFO ', '07,006 INFO '],
  );
  deepEqual(
    lines.map((line) => line.slice(29, -1)),
    ['first', 'second', 'third'],
  );
});

test('pino is not loaded for lines that are not written, and only once for others', () => {
  const { log, loads } = openLog();

  log.debug('not written');
  equal(loads.length, 0);
  log.info('written');
  log.info('written');

  equal(loads.length, 1);
});

test('a message of several lines, with per cent signs and braces, is written as it is', async () => {
  const { log, lines } = openLog();

  log.error('one %s\ntwo %d {"a":1}', { first: 1 });
  await log.ready();

  match(lines.join(''), /ERRO one %s\ntwo %d \{"a":1\}\n$/);
});

test('in JSON a line is one object with the name of the level, the time, the fields and the message', async () => {
  const { log, lines } = openLog({ format: 'json' });

  log.warn('two\nlines', { process: 'web', pid: 7 });
  await log.ready();

  equal(lines.length, 1);
  ok(lines[0]?.endsWith('}\n'));
  deepEqual(JSON.parse(lines[0] ?? ''), {
    level: 'warn',
    time: new Date(2026, 0, 2, 3, 4, 5, 6).toISOString(),
    process: 'web',
    pid: 7,
    msg: 'two\nlines',
  });
});

test('a log that nothing was written to is ready at once', async () => {
  const { log, lines } = openLog();

  await log.ready();

  deepEqual(lines, []);
});
