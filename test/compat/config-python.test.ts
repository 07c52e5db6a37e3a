/** Random questions, the same answers as Python and Supervisor: one Python process for all of them. */
import { deepEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { inetAddress } from '../../src/config/addresses.ts';
import { parseCommandLine } from '../../src/config/command-line.ts';
import { type BadLine } from '../../src/config/dialect.ts';
import { byteSize, octal, parseInteger } from '../../src/config/datatypes.ts';
import { parseEnvironment } from '../../src/config/environment-list.ts';
import { expand } from '../../src/config/expand.ts';
import { emptyHost } from '../../src/config/host.ts';
import { parsingError } from '../../src/config/include.ts';
import { type IniFile, type IniSection, readIni } from '../../src/config/ini-file.ts';
import { exitCodes } from '../../src/config/program-datatypes.ts';
import { pythonRepr } from '../../src/config/python-text.ts';
import { ValueError } from '../../src/config/value-error.ts';
import { splitWords } from '../../src/config/words.ts';

type Answer = { readonly value: unknown } | { readonly error: string };

const names = new Map<string, string | number>([
  ['here', '/etc'],
  ['n', 7],
  ['zero', 0],
  ['minus', -12],
  ['big', 123_456],
  ['name', 'web'],
  ['ENV_A', "it's %d"],
  ['ENV_E', ''],
]);

const questionsPerKind = 400;

const textsOf = ({ entries }: IniSection): object =>
  Object.fromEntries([...entries].map(([name, entry]) => [name, entry.text]));

function iniOf(text: string): unknown {
  const file: IniFile = readIni(text, 'file');
  refuseBadLines(file.badLines);
  const sections = [...file.sections.values()].filter(({ name }) => name !== 'DEFAULT');
  const defaults = file.sections.get('DEFAULT');
  return [
    Object.fromEntries(sections.map((section) => [section.name, textsOf(section)])),
    defaults ? textsOf(defaults) : {},
  ];
}

function refuseBadLines(lines: readonly BadLine[]): void {
  if (lines.length > 0) throw new ValueError(parsingError('file', lines));
}

function wordsOf(text: string): unknown {
  const split = splitWords(text);
  if (split.kind === 'problem') throw new ValueError(split.message);
  return split.words;
}

function commandLineOf(argv: readonly string[]): string {
  const line = parseCommandLine(argv);
  return line.kind === 'usage' ? `usage: ${line.message}` : line.kind;
}

const expandNames = { get: (name: string) => names.get(name), all: () => [...names.keys()] };

/** Text made of the pieces that matter, so that random choice hits the corners. */
const textOf = (...pieces: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.string() }),
      { maxLength: 14 },
    )
    .map((all) => all.join(''));

const iniText = textOf(
  '[a]',
  '[a.b]',
  '[DEFAULT]',
  'key',
  'Other',
  '=',
  ':',
  ' ',
  '\t',
  '\n',
  '\n',
  '\n ',
  '\n\t',
  ';',
  ' ;',
  '#',
  ' #',
  ']',
  '[',
  'true',
  'null',
  '"',
  "'",
  '\\',
  '\r\n',
  'é',
  '%(x)s',
  '\u00A0',
  '\u0085',
  'x[]=1\n',
  '__proto__=1\n',
);

const shellText = textOf(
  'a',
  'b c',
  '"',
  "'",
  '\\',
  ' ',
  '\t',
  '\n',
  '$',
  '`',
  '#',
  ';',
  '=',
  'é',
  "$'x'",
  '\\"',
  "\\'",
  '\\n',
  '',
);

const pairsText = textOf(
  'A',
  'B',
  '=',
  '=',
  ',',
  ',',
  '"',
  "'",
  '"v"',
  "'w x'",
  ' ',
  '\n',
  '#',
  '/.+-():',
  '@',
  '\\',
  'é',
  '%',
);

const formatText = textOf(
  '%',
  '%%',
  '%(here)s',
  '%(n)d',
  '%(n)',
  '%(minus)',
  '%(big)',
  '%(name)',
  '%(ENV_A)',
  '(',
  ')',
  's',
  'd',
  'x',
  '05',
  '-',
  '+',
  '#',
  '.2',
  'f',
  'g',
  'e',
  'o',
  'X',
  'c',
  'r',
  'i',
  '3',
  ' ',
  'é',
  'l',
);

/**
 * Without a name, `%s` prints every variable there, and stays as it is here. More than 100 digits are not
 * made here, and the reason why `*` cannot be used is told in fewer words.
 */
const isNamed = (text: string): boolean =>
  !/%[-+ #\d.hlL]*[sra]|\.\d{3}/.test(text.replaceAll('%%', '')) && !text.includes('*');

// Which characters are printable depends on the version of Unicode, less so for the old ones.
const printableText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x2ff }),
      fc.constantFrom(0xad, 0x20_0b, 0x20_28, 0x30_00, 0xd8_00, 0x1_f6_00),
    ),
  )
  .map((codes) => String.fromCodePoint(...codes));

const numberText = textOf(
  '0',
  '1',
  '7',
  '9',
  '_',
  '-',
  '+',
  ' ',
  'kb',
  'MB',
  'gB',
  'o',
  '0o',
  ',',
  '255',
  '256',
  'x',
  '.',
);

const addressText = textOf(':', '*', 'host', 'HOST', '80', '0', '70000', 'x', '-1', ' ', '1_0');

const argument = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '-n',
      '-c',
      '-cx',
      '-ns',
      '-nsx',
      '-h',
      '-v',
      '-?',
      '-e',
      'info',
      '-i',
      'me',
      '--nodaemon',
      '--nodaemon=1',
      '--log',
      '--logfile',
      '--conf=x',
      '--conf',
      '--identifier=a=b',
      '--ident',
      '--version',
      '--help',
      '--v',
      '-k',
      '-t',
      '-s',
      '--silent',
      '-',
      'word',
      '--minprocs',
      '5',
      '--profile_options=x',
      '--=x',
      '--bogus',
      '-X',
    ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^-{0,2}[abcefghikmnoprstuvwxyz=]{1,4}$/) },
);

function ourAnswer(ask: () => unknown): Answer {
  try {
    return { value: ask() };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return { error: error.supervisor };
  }
}

const seed = Number(process.env['SEED'] ?? 1);

interface Kind {
  readonly kind: string;
  readonly exchanges: readonly { readonly question: unknown; readonly ours: Answer }[];
}

/** Asks us. The same seed asks the same. */
function kind<T>(name: string, question: fc.Arbitrary<T>, ours: (question: T) => unknown): Kind {
  const questions = fc.sample(question, { seed, numRuns: questionsPerKind });
  return {
    kind: name,
    exchanges: questions.map((one) => ({ question: one, ours: ourAnswer(() => ours(one)) })),
  };
}

const kinds: readonly Kind[] = [
  kind('ini', iniText, iniOf),
  kind('words', shellText, wordsOf),
  kind('environment', pairsText, (text) => Object.fromEntries(parseEnvironment(text))),
  kind('expand', formatText.filter(isNamed), (text) => expand(text, expandNames, 'where')),
  kind('repr', printableText, pythonRepr),
  kind('integer', numberText, parseInteger),
  kind('bytes', numberText, (text) => byteSize.parse(text, emptyHost)),
  kind('octal', numberText, (text) => octal.parse(text, emptyHost)),
  kind('exitcodes', numberText, (text) => exitCodes.parse(text, emptyHost)),
  kind('address', addressText, (text) => Object.values(inetAddress.parse(text, emptyHost))),
  kind('commandline', fc.array(argument, { maxLength: 4 }), commandLineOf),
];

function askPython(questions: readonly (readonly [string, unknown])[]): readonly Answer[] {
  const script = join(import.meta.dirname, 'config-python.py');
  const input = JSON.stringify(questions);
  return JSON.parse(execFileSync('/usr/bin/python3', [script], { input, encoding: 'utf8', maxBuffer: 1e8 }));
}

const answers = askPython(
  kinds.flatMap(({ kind: name, exchanges }) => exchanges.map(({ question }) => [name, question] as const)),
);

for (const [index, { kind: name, exchanges }] of kinds.entries())
  test(`${name}: ${questionsPerKind} random texts are read as Python reads them`, () => {
    const theirs = answers.slice(index * questionsPerKind, (index + 1) * questionsPerKind);

    for (const [number, { question, ours }] of exchanges.entries())
      deepEqual({ question, answer: ours }, { question, answer: theirs[number] });
  });
