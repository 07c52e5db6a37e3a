import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnvText } from '../../src/config/env-text.ts';
import { load, problemsOf } from './config-rig.ts';

const valuesOf = (text: string): readonly (readonly [string, string])[] =>
  parseEnvText(text).variables.map(({ name, value }) => [name, value]);

const odditiesOf = (text: string): readonly string[] =>
  parseEnvText(text).oddities.map(({ line, message }) => `${line}: ${message}`);

/** Texts in which nothing is odd, and what they say. */
const rows: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'A=1\nB = two words # comment\n\n# comment\n  C=x#y',
    [
      ['A', '1'],
      ['B', 'two words'],
      ['C', 'x'],
    ],
  ],
  [
    'export A=1\n export  B=2\nexport=3\n',
    [
      ['A', '1'],
      ['B', '2'],
      ['export', '3'],
    ],
  ],
  [
    'A=\nB= \t\nC=\n',
    [
      ['A', ''],
      ['B', ''],
      ['C', ''],
    ],
  ],
  [
    `A="a # b" # comment\nB='$x\\n'\nC=\`"'\`\n`,
    [
      ['A', 'a # b'],
      ['B', '$x\\n'],
      ['C', `"'`],
    ],
  ],
  ['A="one\\ntwo\\tthree"\n', [['A', 'one\ntwo\\tthree']]],
  [
    'A="say \\"yes\\""\nB=1\n',
    [
      ['A', 'say "yes"'],
      ['B', '1'],
    ],
  ],
  [
    'A="ends with \\\\"\nB=1\n',
    [
      ['A', 'ends with \\\\'],
      ['B', '1'],
    ],
  ],
  [
    'A="-----BEGIN-----\nxyz=\n-----END-----"\nB=1\n',
    [
      ['A', '-----BEGIN-----\nxyz=\n-----END-----'],
      ['B', '1'],
    ],
  ],
  ['A=it is "quoted" inside\n', [['A', 'it is "quoted" inside']]],
  [
    '\uFEFFA=1\r\nB="2\r\n3"\r\n',
    [
      ['A', '1'],
      ['B', '2\n3'],
    ],
  ],
  [
    'A=\u00a0x\u00a0\nB=\udcff\n',
    [
      ['A', '\u00a0x\u00a0'],
      ['B', '\udcff'],
    ],
  ],
];

test('the lines of a file of variables are read as dotenv has them', () => {
  for (const [text, expected] of rows) {
    deepEqual([text, valuesOf(text)], [text, expected]);
    deepEqual([text, odditiesOf(text)], [text, []]);
  }
});

test('a value with very many quotes is read', () => {
  const value = '{"a":"b"}'.repeat(20_000);

  deepEqual(valuesOf(`A="${value.replaceAll('"', '\\"')}"\n`), [['A', value]]);
});

test('a quote without an end is told, with its line', () => {
  const text = '# comment\nA="one\ntwo"\nK="unclosed\nB=1\n';

  deepEqual(odditiesOf(text), ['4: cannot find the end of K: its value begins with ", and no other follows']);
  deepEqual(valuesOf(text), [
    ['A', 'one\ntwo'],
    ['K', '"unclosed'],
    ['B', '1'],
  ]);
});

test('a quote that ends in a later line, which has more to say, is told with the line where it begins', () => {
  deepEqual(odditiesOf('A=1\nK="unclosed\nB="x"\nC=1\n'), [
    '2: cannot use all of K: there is more after its closing quote, 1 line below',
  ]);
  deepEqual(odditiesOf("A='it's'\n"), ['1: cannot use all of A: there is more after its closing quote']);
});

test('a line that is no variable is told', () => {
  deepEqual(odditiesOf('A=1\nname\n=x\n'), [
    '2: cannot use the line: expected NAME=value',
    '3: cannot use the line: expected NAME=value',
  ]);
});

const main = '[supervisord]\n[program:a]\ncommand=x\nenv_file=/a.env\n';

test('what is odd in an env_file is a warning in that file, which does not show the line', () => {
  const { plan, diagnostics } = load(main, { '/a.env': 'A=1\nPASSWORD="secret\n' });

  deepEqual(
    diagnostics.map(({ file, line, severity, source }) => [file, line, severity, source]),
    [['/a.env', 2, 'warning', '']],
  );
  equal(plan?.groups.length, 1);
});

test('a NUL byte in an env_file is an error that names the variable', () => {
  deepEqual(problemsOf(main, { '/a.env': 'A=1\nB=x\0y\n' }), [
    '2:0: error: cannot use B: no variable can hold a NUL byte',
  ]);
});
