import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandLine, parseCommandLine } from '../../src/config/command-line.ts';
import { emptyPlan, loadPlan } from '../../src/config/load.ts';
import { searchPath } from '../../src/config/search-path.ts';
import { hostWith, mainFile } from './config-rig.ts';

function valuesOf(line: CommandLine): Extract<CommandLine, { kind: 'supervise' }>['values'] {
  if (line.kind !== 'supervise') throw new Error(JSON.stringify(line));
  return line.values;
}

test('options come before the command after --', () => {
  const line = parseCommandLine(['-c', 'x.conf', '--', 'nginx', '-g', 'daemon off;', '--']);

  deepEqual(line.kind === 'supervise' && line.command, ['nginx', '-g', 'daemon off;', '--']);
  equal(valuesOf(line).configuration, 'x.conf');
});

test('a -- without a command is told from none', () => {
  const commands = [['-n'], ['-n', '--']]
    .map(parseCommandLine)
    .map((line) => line.kind === 'supervise' && line.command);

  deepEqual(commands, [undefined, []]);
});

test('a word that is no option is refused, with the command that was meant', () => {
  deepEqual(parseCommandLine(['nginx', '-g']), {
    kind: 'usage',
    message: "positional arguments are not supported: ['nginx', '-g']",
  });
});

test('the command line is stronger than the file', () => {
  const host = hostWith({
    [mainFile]: '[supervisord]\nloglevel=debug\nlogfile=/tmp/file.log\nstrip_ansi=false\n',
  });
  const values = valuesOf(parseCommandLine(['-e', 'warn', '--logfile=/tmp/line.log', '-t', '-i', 'me']));

  const { plan } = loadPlan({ file: mainFile, argv0: 'x', commandLine: values }, host);

  const { loglevel, logfile, strip_ansi, identifier } = plan?.supervisord ?? {};
  deepEqual(
    { loglevel, logfile, strip_ansi, identifier },
    {
      loglevel: 'warn',
      logfile: { kind: 'file', path: '/tmp/line.log' },
      strip_ansi: true,
      identifier: 'me',
    },
  );
});

const mistakes: readonly (readonly [argv: readonly string[], words: string])[] = [
  [
    ['-l', '/none/x'],
    "invalid value for -l '/none/x': The directory named as part of the path /none/x does not exist",
  ],
  [['-u', 'nobodyx'], 'Invalid user name nobodyx'],
  [['--user=99999'], 'Invalid user id 99999'],
  [['-d', '/none'], "invalid value for -d '/none': /none is not an existing directory"],
  [['--childlogdir', '/none'], "invalid value for --childlogdir '/none': /none is not an existing directory"],
];

for (const [argv, words] of mistakes)
  test(`${argv.join(' ')} is refused when the machine is asked`, () => {
    const { plan, supervisorError } = emptyPlan(valuesOf(parseCommandLine(argv)), hostWith({}));

    equal(plan, undefined);
    equal(supervisorError, words);
  });

test('a command needs no configuration', () => {
  const { plan, diagnostics } = emptyPlan(valuesOf(parseCommandLine(['--', 'x'])), hostWith({}));

  deepEqual(diagnostics, []);
  deepEqual([plan?.file, plan?.groups, plan?.servers], [undefined, [], []]);
});

test('a configuration is searched beside the executable, here, and in /etc', () => {
  deepEqual(searchPath('/opt/x/bin/tsupervisor'), [
    '/opt/x/etc/supervisord.conf',
    '/opt/x/supervisord.conf',
    'supervisord.conf',
    'etc/supervisord.conf',
    '/etc/supervisord.conf',
    '/etc/supervisor/supervisord.conf',
  ]);
  deepEqual(searchPath('tsupervisor').slice(0, 2), ['etc/supervisord.conf', 'supervisord.conf']);
});

test('the first configuration of the search path is loaded', () => {
  const { plan } = loadPlan(
    { file: undefined, argv0: 'x', commandLine: valuesOf(parseCommandLine([])) },
    hostWith({ [mainFile]: '[supervisord]\n' }),
  );

  equal(plan?.file, mainFile);
});

test("no configuration at all is an error in Supervisor's words", () => {
  const { supervisorError } = loadPlan(
    { file: undefined, argv0: '/usr/bin/x', commandLine: valuesOf(parseCommandLine([])) },
    hostWith({}),
  );

  equal(
    supervisorError,
    'No config file found at default paths (/usr/etc/supervisord.conf, /usr/supervisord.conf, supervisord.conf, etc/supervisord.conf, /etc/supervisord.conf, /etc/supervisor/supervisord.conf); use the -c option to specify a config file at a different path',
  );
});

test("a configuration that is not there is an error in Supervisor's words", () => {
  const { supervisorError } = loadPlan(
    { file: '/none.conf', argv0: 'x', commandLine: valuesOf(parseCommandLine([])) },
    hostWith({}),
  );

  equal(supervisorError, 'could not find config file /none.conf');
});
