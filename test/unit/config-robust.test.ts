import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expand } from '../../src/config/expand.ts';
import { parseEnvironment } from '../../src/config/environment-list.ts';
import { ValueError } from '../../src/config/value-error.ts';
import { splitWords } from '../../src/config/words.ts';
import { load, planOf } from './config-rig.ts';

/** What a large or hostile file may cost. */
const longestMs = 3000;

const megabyte = 2 ** 20;

/** Bytes that look random, the same every time (a linear congruential generator). */
function randomText(bytes: number): string {
  const buffer = Buffer.alloc(bytes);
  let state = 12_345;
  for (let index = 0; index < bytes; index += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    // oxlint-disable-next-line eslint/no-bitwise -- the high bits are the random ones
    buffer[index] = state >> 16;
  }
  return buffer.toString('utf8');
}

/** CPU time. Other tests on the machine change it little: they take caches and the speed of the processor. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The least CPU time of up to five tries; the first one within the limit is enough. */
function leastCpuMs(work: () => void): number {
  let leastMs = Infinity;
  for (let count = 0; count < 5 && leastMs >= longestMs; count++) leastMs = Math.min(leastMs, cpuMs(work));
  return leastMs;
}

const large: readonly (readonly [name: string, text: () => string])[] = [
  ['10 MB of random bytes', () => randomText(10 * megabyte)],
  ['10 MB of random bytes in a section', () => `[supervisord]\n${randomText(10 * megabyte)}`],
  ['10 MB in one line', () => `[supervisord]\nidentifier=${'x'.repeat(10 * megabyte)}`],
  ['a million semicolons', () => `[supervisord]\nidentifier=${';'.repeat(megabyte)}`],
  ['a million semicolons and hashes', () => `[supervisord]\nidentifier=${';#'.repeat(megabyte / 2)}`],
  ['a million blanks', () => `[supervisord]\nidentifier=x${' '.repeat(megabyte)}x`],
  ['a million brackets', () => `[supervisord]\n${'['.repeat(megabyte)}`],
  ['a million percent signs', () => `[supervisord]\nidentifier=${'%'.repeat(megabyte)}`],
  ['a million open parentheses', () => `[supervisord]\nidentifier=%${'('.repeat(megabyte)}`],
  ['100,000 names that never end', () => `[supervisord]\nidentifier=${'%('.repeat(100_000)}`],
  ['a million quotation marks', () => `[supervisord]\nenvironment=${'"'.repeat(megabyte)}`],
  [
    'a million pairs of quotation marks',
    () => `[supervisord]\nenvironment=A${`='"',B`.repeat(megabyte / 6)}`,
  ],
  [
    'a million quotation marks in quotation marks',
    () => `[supervisord]\nenvironment=A='x${'"'.repeat(megabyte)}x'`,
  ],
  ['a time of a million digits', () => `[program:x]\ncommand=x\nstartsecs=${'1'.repeat(megabyte)}x`],
  ['a path of a million slashes', () => `[supervisord]\nlogfile=x${'/'.repeat(megabyte)}x/y`],
  ['100,000 continuation lines', () => `[supervisord]\nidentifier=x\n${'  deeper\n'.repeat(100_000)}`],
  [
    '30,000 unknown options',
    () => `[supervisord]\n${Array.from({ length: 30_000 }, (_, n) => `o${n}=1\n`).join('')}`,
  ],
  [
    '20,000 unknown sections',
    () => `[supervisord]\n${Array.from({ length: 20_000 }, (_, n) => `[s${n}]\n`).join('')}`,
  ],
  ['a pattern of a million stars', () => `[supervisord]\n[include]\nfiles=${'*'.repeat(megabyte)}b`],
];

for (const [name, text] of large)
  test(`${name} are read within three seconds`, () => {
    const file = text();

    const ms = leastCpuMs(() => load(file));

    ok(ms < longestMs, `${ms} ms`);
  });

test('no text is too strange to be read', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '[supervisord]\n',
      '[program:a]\n',
      '[group:b]\n',
      '[include]\n',
      '[eventlistener:c]\n',
      '[fcgi-program:d]\n',
      '[DEFAULT]\n',
      '[unix_http_server]\n',
      '[inet_http_server]\n',
      '[rpcinterface:x]\n',
    ),
    fc.constantFrom(
      'command=',
      'numprocs=',
      'process_name=',
      'environment=',
      'programs=',
      'files=',
      'events=',
      'socket=',
      'port=',
      'file=',
      'user=',
      'depends_on=',
      'stdout_logfile=',
      'stopsignal=',
    ),
    fc.constantFrom(
      '%(process_num)02d',
      '%(ENV_A:-b)s',
      '%',
      '"',
      "'",
      '1',
      'a',
      'b',
      ',',
      '=',
      ':',
      '\n',
      '\n ',
      ' ;',
      '*',
      '/',
      '~',
      '\0',
      '\uD800',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { plan, diagnostics } = load(pieces.join(''));
      equal(
        plan === undefined,
        diagnostics.some(({ severity }) => severity === 'error'),
      );
    }),
    { numRuns: 2000 },
  );
});

test('a diagnostic stands in the file', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 20 }), (lines) => {
      const text = ['[supervisord]', ...lines].join('\n');
      const all = text.split(/\r\n|[\r\n]/);
      for (const { line, column, source } of load(text).diagnostics) {
        ok(line >= 0 && line <= all.length);
        ok(column <= source.length + 1);
        if (line > 0 && source !== '') equal(source, all[line - 1]);
      }
    }),
  );
});

const onlyValueErrors = (work: () => unknown): void => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
  }
};

test('expansion, words and pairs answer every text', () => {
  const names = { get: () => undefined, all: () => [] };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      onlyValueErrors(() => expand(text, names, 'x'));
      onlyValueErrors(() => parseEnvironment(text));
      splitWords(text);
    }),
    { numRuns: 2000 },
  );
});

test('keys of every object are ordinary names', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const { diagnostics } = load(`[supervisord]\n${name}=1\n[${name}]\n[program:${name}]\ncommand=x\n`);

    deepEqual(
      diagnostics.map(({ message }) => message),
      [
        `cannot use ${name}: [supervisord] has no such option`.replace(name, name.toLowerCase()),
        `cannot use [${name}]: there is no such section`,
      ],
    );
  }
});

const program = (n: number): string =>
  `[program:p${n}]\ncommand=/bin/sleep ${n}\nautorestart=true\nstartsecs=5\n`;

test('a plan of many programs is read within three seconds', () => {
  const text = `[supervisord]\n${Array.from({ length: 1000 }, (_, n) => program(n)).join('')}`;

  const ms = leastCpuMs(() => planOf(text));

  ok(ms < longestMs, `${ms} ms`);
});
