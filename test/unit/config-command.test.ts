import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { resolveCommand, splitCommand } from '../../src/config/command.ts';
import { hostWith } from './config-rig.ts';

const host = hostWith(
  {
    '/bin/cat': '#!',
    '/opt/bin/tool': '#!',
    '/opt/sbin/tool': '',
    '/etc/passwd': '',
    '/opt/closed/x': '#!',
    'run/me': '#!',
  },
  { isExecutable: (path) => path !== '/opt/closed/x' },
);

const rows: readonly (readonly [name: string, word: string, path: string | undefined, answer: object])[] = [
  ['a path', '/bin/cat', undefined, { kind: 'path', path: '/bin/cat' }],
  ['a relative path', 'run/me', '/bin', { kind: 'path', path: 'run/me' }],
  ['a word', 'cat', '/opt/bin:/bin', { kind: 'path', path: '/bin/cat' }],
  ['a word without PATH', 'cat', undefined, { kind: 'path', path: '/bin/cat' }],
  [
    'a word whose first match is not executable',
    'tool',
    '/opt/sbin:/opt/bin',
    { kind: 'problem', fault: 'NOT_EXECUTABLE', message: "command at '/opt/sbin/tool' is not executable" },
  ],
  [
    'a word that is nowhere',
    'none',
    '/bin',
    { kind: 'problem', fault: 'NO_FILE', message: "can't find command 'none'" },
  ],
  [
    'a path to nothing',
    '/none',
    '/bin',
    { kind: 'problem', fault: 'NO_FILE', message: "can't find command '/none'" },
  ],
  [
    'a directory',
    '/opt/bin',
    '/bin',
    { kind: 'problem', fault: 'NOT_EXECUTABLE', message: "command at '/opt/bin' is a directory" },
  ],
  [
    'a file without the x bit',
    '/etc/passwd',
    '/bin',
    { kind: 'problem', fault: 'NOT_EXECUTABLE', message: "command at '/etc/passwd' is not executable" },
  ],
  [
    'a file that we may not run',
    '/opt/closed/x',
    '/bin',
    { kind: 'problem', fault: 'NOT_EXECUTABLE', message: "no permission to run command '/opt/closed/x'" },
  ],
];

for (const [name, word, path, answer] of rows)
  test(`${name} is found or explained as Supervisor does`, () =>
    deepEqual(resolveCommand([word], path, host), answer));

test('a command is split as a shell would', () => {
  deepEqual(splitCommand(`a "b c" 'd e'f \\g "" x`), {
    kind: 'words',
    words: ['a', 'b c', 'd ef', 'g', '', 'x'],
  });
});

test("quotes that are not closed are a problem in Supervisor's words", () => {
  deepEqual(splitCommand('foo "bar'), {
    kind: 'problem',
    fault: 'NOT_EXECUTABLE',
    message: `can't parse command 'foo "bar': No closing quotation`,
  });
});

test('an empty command is a problem', () => {
  const split = splitCommand('  ');

  equal(split.kind === 'problem' && split.message, 'command is empty');
});
