import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, test } from 'node:test';
import { supervisord, tsupervisor } from '../support/paths.ts';
import { type Answers, answersOf, type Interview, serverSections } from './rpc-answers.ts';

const probeCount = 20;

/** What brings a program into each state, and leaves it there. */
const WAYS: readonly (readonly [string, string])[] = [
  ['STOPPED', 'command=/bin/sleep 1001\nstartsecs=0'],
  ['STARTING', 'command=/bin/sleep 1001\nstartsecs=1000'],
  ['RUNNING', 'command=/bin/sleep 1001\nstartsecs=0'],
  ['BACKOFF', 'command=/bin/sleep 0.2\nstartsecs=5\nstartretries=1000'],
  [
    'STOPPING',
    'command=/usr/bin/env --ignore-signal=TERM /bin/sleep 1001\nstartsecs=0\nstopwaitsecs=60\nstopsignal=TERM',
  ],
  // What a start says of a program that ends at once is chance: it takes its time, and when it is started again it stays.
  [
    'EXITED',
    'command=/bin/sh -c "[ -e FOLDER/NAME ] && exec sleep 1001; touch FOLDER/NAME; sleep 0.5; exit 5"\n' +
      'startsecs=0\nautorestart=false',
  ],
  ['FATAL', 'command=/bin/sleep 0.2\nstartsecs=5\nstartretries=0'],
];

const sections = WAYS.flatMap(([state, options]) =>
  Array.from({ length: probeCount }, (_none, index) => {
    const name = `${state}_${index}`;
    const logs = 'stdout_logfile=FOLDER/NAME.log\nstderr_logfile=NONE\nautostart=false';
    return `[program:${name}]\n${options}\n${logs}\n`.replaceAll('NAME', name);
  }),
);

const INTERVIEW: Interview = {
  configuration: serverSections('exit_when_done=false') + sections.join(''),
  // The socket is there before anybody listens at it.
  isReady: (scratch) =>
    existsSync(scratch.path('main.log')) && scratch.read('main.log').includes('supervisord started with pid'),
  script: 'rpc-states.py',
  argv: ({ folder }) => [folder, String(probeCount)],
};

let theirs: Answers = new Map();
let ours: Answers = new Map();

before(async () => {
  [theirs, ours] = await Promise.all([
    answersOf([supervisord, '-n'], INTERVIEW),
    answersOf([tsupervisor], INTERVIEW),
  ]);
});

/** The state that a process tells of itself. */
const stateIn = (answer: unknown): unknown =>
  answer !== null && typeof answer === 'object' && 'statename' in answer ? answer.statename : undefined;

const chosen = (answers: Answers, pattern: RegExp): object =>
  Object.fromEntries([...answers].filter(([title]) => pattern.test(title)));

test('every method answers in every state of a process as supervisord does', () => {
  const expected = chosen(theirs, / in [A-Z]+: /);

  equal(Object.keys(expected).length, WAYS.length * probeCount);
  for (const [state] of WAYS)
    equal(stateIn(theirs.get(`getProcessInfo in ${state}: ('${state}_${probeCount - 1}',) #1`)), state);
  deepEqual(chosen(ours, / in [A-Z]+: /), expected);
});

test('every method takes as many arguments as with supervisord', () => {
  ok(Object.keys(chosen(theirs, /^(?:too many|no) .*(?<!shutdown) #/)).length > 60);
  deepEqual(
    chosen(ours, /^(?:too many|no) .*(?<!shutdown) #/),
    chosen(theirs, /^(?:too many|no) .*(?<!shutdown) #/),
  );
});

test('every method answers during the shutdown as with supervisord', () => {
  ok(Object.keys(chosen(theirs, /during the shutdown/)).length > 70);
  deepEqual(chosen(ours, /during the shutdown/), chosen(theirs, /during the shutdown/));
});
