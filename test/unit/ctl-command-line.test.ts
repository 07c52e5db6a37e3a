import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete } from '../../src/ctl/completion.ts';
import { COMMANDS } from '../../src/ctl/commands.ts';
import { getopt, UsageError } from '../../src/ctl/getopt.ts';
import { makeNamespec, splitNamespec } from '../../src/ctl/namespec.ts';
import { helpText, parseArguments } from '../../src/ctl/options.ts';
import { repr } from '../../src/ctl/python-words.ts';
import { type ProcessInfo } from '../../src/ctl/rpc.ts';
import { endpointOf, isUrl, schemeOf } from '../../src/ctl/server-url.ts';
import { settle } from '../../src/ctl/settings.ts';

const specs = [
  { name: 'file', short: 'f', long: 'file', takesValue: true },
  { name: 'all', short: 'a', long: 'all', takesValue: false },
  { name: 'fast', long: 'fast', takesValue: false },
];
const names = (argv: readonly string[]): string =>
  getopt(argv, specs)
    .options.map(({ name, value }) => `${name}=${value}`)
    .join(' ');

test('short options cluster, and the last may have its value attached', () => {
  assert.equal(names(['-afx', 'y']), 'all= file=x');
  assert.equal(names(['-af', 'x']), 'all= file=x');
});

test('long options may be shortened while they fit one', () => {
  assert.equal(names(['--fi=x', '--al']), 'file=x all=');
  assert.throws(() => names(['--f', 'x']), new UsageError('option --f not a unique prefix'));
});

test('options end at the first other word, at a lone dash and after two', () => {
  assert.deepEqual(getopt(['-a', 'x', '-a'], specs).words, ['x', '-a']);
  assert.deepEqual(getopt(['-', '-a'], specs).words, ['-', '-a']);
  assert.deepEqual(getopt(['--', '-a'], specs).words, ['-a']);
});

for (const [argv, message] of [
  [['-x'], 'option -x not recognized'],
  [['--x'], 'option --x not recognized'],
  [['-f'], 'option -f requires argument'],
  [['--file'], 'option --file requires argument'],
  [['--all=1'], 'option --all must not have an argument'],
] as const)
  test(`${argv.join(' ')} is refused: ${message}`, () => {
    assert.throws(() => getopt(argv, specs), new UsageError(message));
  });

test('both spellings of the history file set it, and setting it twice conflicts', () => {
  assert.equal(parseArguments(['--history-file', 'a']).options.get('history_file'), 'a');
  assert.equal(parseArguments(['--history_file', 'a']).options.get('history_file'), 'a');
  assert.throws(
    () => parseArguments(['-r', 'a', '--history-file=b']),
    /conflicting command line option '--history-file'/,
  );
});

test('the help shows every option, and nothing after it is looked at', () => {
  assert.ok(parseArguments(['-h', '-s', 'nonsense']).options.has('help'));
  assert.match(
    helpText('supervisorctl'),
    /^Usage: supervisorctl \[options\][^]*-c\/--configuration FILE {3}[^]*-\?/,
  );
});

test('a URL is a scheme with something after it', () => {
  assert.deepEqual(['http://x', 'unix:///a', 'a:b', 'foo', '', 'x:', 'http://', '1a:b'].map(isUrl), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  assert.equal(schemeOf('HTTP://x'), 'http');
});

test('the address of a server is a path, or a host and a port', () => {
  assert.deepEqual(endpointOf('unix:///run/a b.sock'), { family: 'unix', path: '/run/a b.sock' });
  assert.deepEqual(endpointOf('http://[::1]:9001/path'), { family: 'tcp', host: '::1', port: 9001 });
  assert.deepEqual(endpointOf('http://host'), { family: 'tcp', host: 'host', port: 80 });
  assert.equal(endpointOf('ftp://host'), undefined);
  assert.equal(endpointOf('http://:x'), undefined);
});

test('a namespec is split at its first colon', () => {
  assert.deepEqual(splitNamespec('a'), { group: 'a', process: 'a' });
  assert.deepEqual(splitNamespec('a:b:c'), { group: 'a', process: 'b:c' });
  assert.deepEqual(splitNamespec('a:*'), { group: 'a', process: undefined });
  assert.deepEqual(splitNamespec('a:'), { group: 'a', process: undefined });
  assert.equal(makeNamespec({ group: 'a', name: 'a' }), 'a');
  assert.equal(makeNamespec({ group: 'a', name: 'b' }), 'a:b');
});

test('text is quoted as Python quotes it', () => {
  assert.equal(repr('a'), "'a'");
  assert.equal(repr("it's"), `"it's"`);
  assert.equal(repr(`"it's"`), String.raw`'"it\'s"'`);
  assert.equal(
    repr('\\\n\t\u0000\u001b\u00e9\u2028'),
    String.raw`'\\\n\t\x00\x1b` + `\u00e9` + String.raw`\u2028'`,
  );
});

const settings = (
  options: Readonly<Record<string, string>>,
  read: Parameters<typeof settle>[0]['read'],
  hasDefaultSocket = false,
) => settle({ options: new Map(Object.entries(options)), read, hasDefaultSocket });

test('an option wins over the config, the config over the default', () => {
  const config = { serverurl: 'unix:///config', username: 'u', prompt: 'p', history_file: '/h' };

  const settled = settings({ serverurl: 'unix:///option', password: 'x' }, { kind: 'read', config });

  assert.deepEqual(settled, {
    server: { serverurl: 'unix:///option', username: 'u', password: 'x' },
    prompt: 'p',
    historyFile: '/h',
  });
});

test('without a serverurl the server is our own socket where there is one, else the port of Supervisor', () => {
  assert.equal(settings({}, { kind: 'noFile' }).server.serverurl, 'http://localhost:9001');
  assert.equal(settings({}, { kind: 'noFile' }, true).server.serverurl, 'unix:///run/tsupervisor.sock');
  assert.equal(
    settings({}, { kind: 'read', config: {} }, true).server.serverurl,
    'unix:///run/tsupervisor.sock',
  );
});

test('a config without [supervisorctl] is refused, unless the server is known all the same', () => {
  assert.throws(
    () => settings({}, { kind: 'noSection' }),
    new UsageError('.ini file does not include supervisorctl section'),
  );
  assert.equal(settings({}, { kind: 'noSection' }, true).server.serverurl, 'unix:///run/tsupervisor.sock');
  assert.equal(settings({ serverurl: 'unix:///x' }, { kind: 'noSection' }).server.serverurl, 'unix:///x');
  assert.throws(() => settings({}, { kind: 'error', error: 'no' }), new UsageError('no'));
});

const info = (group: string, name: string): ProcessInfo => ({
  group,
  name,
  state: 20,
  statename: 'RUNNING',
  description: '',
  spawnerr: '',
  pid: 1,
  struct: new Map(),
});
const known = {
  commands: COMMANDS,
  processes: () => Promise.resolve([info('cat', 'cat'), info('m', 'm_0'), info('m', 'm_1')]),
};

for (const [line, found] of [
  ['', [...COMMANDS.values()].filter(({ usage }) => usage.length > 0).map(({ name }) => `${name} `)],
  ['sta', ['status ', 'start ']],
  ['help ma', ['maintail ']],
  ['start ', ['cat ', 'm:m_0 ', 'm:* ', 'm:m_1 ']],
  ['start c', ['cat ']],
  ['start cat m:m_', ['m:m_0 ', 'm:m_1 ']],
  ['start cat:', ['cat:cat ', 'cat:* ']],
  ['remove ', ['cat ', 'm ']],
  ['version ', []],
  ['nope ', []],
] as const)
  test(`Tab after '${line}' offers ${found.length === 0 ? 'nothing' : found.slice(0, 4).join('')}`, async () => {
    assert.deepEqual(await complete(line, known), [[...found], /\S*$/.exec(line)?.[0]]);
  });
