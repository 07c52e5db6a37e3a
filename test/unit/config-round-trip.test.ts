import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LogDestination } from '../../src/config/log-destination.ts';
import { type ProcessPlan } from '../../src/config/plan.ts';
import { firstGroup, planOf } from './config-rig.ts';

/** How a value of each type is written. */
const yesNo = (value: boolean): string => (value ? 'yes' : 'FALSE');
const escape = (text: string): string => text.replaceAll('%', '%%');
const milliseconds = (value: number): string => (value % 1000 === 0 ? `${value / 1000}` : `${value}ms`);
const octal = (value: number): string => `0${value.toString(8)}`;

const pairs = (value: ReadonlyMap<string, string>): string =>
  [...value].map(([name, text]) => `${name}="${escape(text)}"`).join(',');

const destinations = (value: readonly LogDestination[]): string =>
  value.map((one) => (one.kind === 'file' ? one.path : one.kind.toUpperCase())).join(', ');

/** Text that INI can carry: no blanks at its ends, and no comment in it. */
const line = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 })
  .filter((text) => !/^\s|\s$|\s[;#]|[\r\n]/.test(text));

const quotable = fc.string({ maxLength: 20 }).filter((text) => !/["\r\n]|\s[;#]/.test(text));
const stripped = quotable.map((text) => text.replaceAll(/^['"]+|['"]+$/g, ''));

const file = fc
  .constantFrom('/tmp/a.log', '/dev/stdout', '/tmp/x y')
  .map((path) => ({ kind: 'file', path }) as const);
const lone = fc.constantFrom('container', 'none', 'auto').map((kind) => ({ kind }) as const);

const program = fc.record({
  command: line,
  priority: fc.integer({ min: -1000, max: 1000 }),
  autostart: fc.boolean(),
  startsecs: fc.nat({ max: 100_000 }),
  stopwaitsecs: fc.nat({ max: 100_000 }),
  exitcodes: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 4 }),
  stopsignal: fc.array(fc.constantFrom(1, 2, 3, 9, 15), { minLength: 1, maxLength: 3 }),
  umask: fc.nat({ max: 0o777 }),
  environment: fc
    .dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/), stripped, { maxKeys: 4 })
    .map((variables): ReadonlyMap<string, string> => new Map(Object.entries(variables))),
  stdout_logfile: fc.oneof(
    lone.map((one): readonly LogDestination[] => [one]),
    fc.array(file, { minLength: 1, maxLength: 3 }),
  ),
  // An AUTO log without a limit brings a warning.
  stdout_logfile_maxbytes: fc.integer({ min: 1, max: 2 ** 40 }),
  stdout_events_enabled: fc.boolean(),
  restart_delay: fc.nat({ max: 100_000 }),
  nice: fc.integer({ min: -20, max: 19 }),
});

type Values = typeof program extends fc.Arbitrary<infer T> ? T : never;

const print = (values: Values): readonly string[] => [
  `command=${escape(values.command)}`,
  `priority : ${values.priority}`,
  `AutoStart = ${yesNo(values.autostart)}`,
  `startsecs=${milliseconds(values.startsecs)}`,
  `stopwaitsecs=${milliseconds(values.stopwaitsecs)} ; a comment`,
  `exitcodes=${values.exitcodes.join(', ')}`,
  `stopsignal=${values.stopsignal.join(',')}`,
  `umask=${octal(values.umask)}`,
  `environment=\n  ${pairs(values.environment)}`,
  `stdout_logfile=${destinations(values.stdout_logfile)}`,
  `stdout_logfile_maxbytes=${values.stdout_logfile_maxbytes}`,
  `stdout_events_enabled=${yesNo(values.stdout_events_enabled)}`,
  `restart_delay=${milliseconds(values.restart_delay)}`,
  `nice=${values.nice}`,
];

const pick = (process: ProcessPlan | undefined, values: Values): object =>
  Object.fromEntries(Object.entries(process ?? {}).filter(([name]) => Object.hasOwn(values, name)));

test('what is printed is read as what it was', () => {
  fc.assert(
    fc.property(program, fc.shuffledSubarray([...Array(14).keys()], { minLength: 14 }), (values, order) => {
      const lines = print(values);
      const text = ['[supervisord]', '[program:a]', ...order.map((index) => lines[index])].join('\n');

      const [process] = firstGroup(planOf(text)).processes;

      deepEqual({ ...pick(process, values) }, { ...pick(process, values), ...values });
    }),
    { numRuns: 500 },
  );
});

const section = (name: string): string => `[program:${name}]\ncommand=x\npriority=${name.charCodeAt(0)}\n`;

test('a plan does not depend on the order of programs of other priorities', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (order) => {
      const { groups } = planOf(`[supervisord]\n${order.map(section).join('')}`);

      deepEqual(
        groups.map(({ name }) => name),
        names,
      );
    }),
  );
});
