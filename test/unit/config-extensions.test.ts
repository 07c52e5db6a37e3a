/** What Supervisor does not have: the values that options of ours come to. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { resolveDependencies } from '../../src/config/dependencies.ts';
import { firstGroup, load, loadWithNotices, planOf, problemsOf, processWith } from './config-rig.ts';

const values: readonly (readonly [options: string, option: string, value: unknown])[] = [
  ['startsecs=2', 'startsecs', 2000],
  ['startsecs=0.25', 'startsecs', 250],
  ['startsecs=500ms', 'startsecs', 500],
  ['stopwaitsecs=1m30s', 'stopwaitsecs', 90_000],
  ['stopwaitsecs=1.5h', 'stopwaitsecs', 5_400_000],
  ['startretries=unlimited', 'startretries', Infinity],
  ['stopsignal=TERM,int , 3', 'stopsignal', [15, 2, 3]],
  [
    'stdout_logfile=/dev/stdout,/tmp/a.log',
    'stdout_logfile',
    [
      { kind: 'file', path: '/dev/stdout' },
      { kind: 'file', path: '/tmp/a.log' },
    ],
  ],
  [
    'stdout_logfile=container, /tmp/a.log',
    'stdout_logfile',
    [{ kind: 'container' }, { kind: 'file', path: '/tmp/a.log' }],
  ],
  ['stdout_logfile=/tmp/a,b.log', 'stdout_logfile', [{ kind: 'file', path: '/tmp/a,b.log' }]],
  ['', 'stdout_logfile', [{ kind: 'container' }]],
  ['stdout_logfile=', 'stdout_logfile', [{ kind: 'none' }]],
  ['stderr_logfile=%(ENV_UNSET:-)s', 'stderr_logfile', [{ kind: 'none' }]],
  ['redirect_stderr=true', 'stderr_logfile', [{ kind: 'none' }]],
  ['user=web', 'user', { name: 'web', uid: 1000, gid: 100, groups: [100, 27], home: '/home/web' }],
  ['user=web:users', 'user', { name: 'web', uid: 1000, gid: 100, groups: [100], home: '/home/web' }],
  ['user=4711:4712', 'user', { name: undefined, uid: 4711, gid: 4712, groups: [4712], home: undefined }],
  ['ready=notify', 'ready', { kind: 'notify' }],
  ['ready=fd:3', 'ready', { kind: 'fd', fd: 3 }],
  ['healthcheck=exec /bin/check -q', 'healthcheck', { kind: 'exec', command: '/bin/check -q' }],
  ['healthcheck=http://localhost:80/x', 'healthcheck', { kind: 'http', url: 'http://localhost:80/x' }],
  ['healthcheck=tcp://[::1]:5432', 'healthcheck', { kind: 'tcp', host: '::1', port: 5432 }],
  [
    'secrets=A:/run/secrets/a, B:/b',
    'secrets',
    [
      { name: 'A', path: '/run/secrets/a' },
      { name: 'B', path: '/b' },
    ],
  ],
  ['limit_nofile=1024:unlimited', 'limit_nofile', { soft: 1024n, hard: 'unlimited' }],
  ['limit_core=1MB', 'limit_core', { soft: 1_048_576n, hard: 1_048_576n }],
  ['on_memory_limit=usr1', 'on_memory_limit', { kind: 'signal', signal: 10 }],
  ['schedule=*/5 * * * mon-fri', 'schedule', '*/5 * * * mon-fri'],
  ['output_format=JSON', 'output_format', 'json'],
  ['nice=-5', 'nice', -5],
];

for (const [options, option, value] of values)
  test(`${options === '' ? 'nothing' : options} makes ${option} what it says`, () => {
    const found = Object.entries(processWith(options)).find(([name]) => name === option);

    deepEqual(found?.[1], value);
  });

const refused: readonly string[] = [
  'startsecs=1m30',
  'startsecs=1.2.3',
  'user=nobody-here',
  'ready=fd:2',
  'healthcheck=ftp://x',
  'healthcheck=tcp://x:0',
  'secrets=A',
  'limit_nofile=10:5',
  'limit_core=-2',
  'schedule=every day',
  'nice=20',
  'oom_score_adj=1001',
  'restart_delay=-1',
  'depends_on=x:ready',
  'on_unhealthy=panic',
  'output_multiline=(',
  'output_multiline=regex:(',
  'stdout_logfile_maxage=-1',
  'stdout_logfile_maxage=a day',
  'healthcheck_retries=0',
];

for (const options of refused)
  test(`${options} is an error at its value`, () => {
    const problems = problemsOf(`[supervisord]\n[program:a]\ncommand=x\n${options}\n`);
    const place = `4:${options.indexOf('=') + 2}: error: cannot use`;

    equal(problems.filter((problem) => problem.startsWith(place)).length, 1, problems.join('\n'));
  });

test('an empty name of the activity log is an error that says what to write', () => {
  const [problem = 'none'] = problemsOf('[supervisord]\nlogfile=\n');

  match(problem, /^2:9: error: cannot use an empty logfile: expected a path/);
});

test('options that are not set are those of [supervisord]', () => {
  const plan = planOf(
    '[supervisord]\noutput_format=raw\ntail_bytes=1KB\n[program:a]\ncommand=x\ntail_bytes=2KB\n',
  );
  const [process] = firstGroup(plan).processes;

  deepEqual([process?.output_format, process?.tail_bytes], ['raw', 2048]);
});

const onlyProcess = (option: string) =>
  firstGroup(planOf(`[supervisord]\n[program:a]\ncommand=x\n${option}\n`)).processes[0];

test('the age of a log is a time; 0 and none: it does not matter', () => {
  deepEqual(
    ['1d', '12h', '90', '0', 'none', 'NONE'].map(
      (text) => onlyProcess(`stdout_logfile_maxage=${text}`)?.stdout_logfile_maxage,
    ),
    [86_400_000, 43_200_000, 90_000, Infinity, Infinity, Infinity],
  );
});

test('the pattern of a message may be marked as one', () => {
  deepEqual(
    ['None', 'indented', 'regex:^\\d', '^\\d'].map(
      (text) => onlyProcess(`output_multiline=${text}`)?.output_multiline,
    ),
    [
      { kind: 'none' },
      { kind: 'indented' },
      { kind: 'start', pattern: /^\d/ },
      { kind: 'start', pattern: /^\d/ },
    ],
  );
});

test('a variable that is not set or empty has its default', () => {
  const environment = new Map([
    ['SET', 'set'],
    ['EMPTY', ''],
  ]);
  const text =
    '[supervisord]\n[program:a]\ncommand=%(ENV_SET:-x)s %(ENV_EMPTY:-y)s %(ENV_NONE:-z (1))s %(ENV_NONE:-)s|\n';

  const [process] = firstGroup(planOf(text, {}, { environment })).processes;

  equal(process?.command, 'set y z (1) |');
});

test('env_file is below environment, and above that of [supervisord]', () => {
  const text =
    '[supervisord]\nenvironment=A="1",B="1",C="1"\n[program:a]\ncommand=%(ENV_D)s\nenv_file=/a.env, -/none.env\nenvironment=C="3"\n';

  const [process] = firstGroup(
    planOf(text, { '/a.env': '# comment\nB=2\nC=2\nexport D="two words"\n' }),
  ).processes;

  deepEqual(
    [...(process?.environment ?? [])],
    [
      ['A', '1'],
      ['B', '2'],
      ['C', '3'],
      ['D', 'two words'],
    ],
  );
  equal(process?.command, 'two words');
});

test('an env_file that is not there is an error', () => {
  deepEqual(problemsOf('[supervisord]\n[program:a]\ncommand=x\nenv_file=/none.env\n'), [
    '4:10: error: cannot read /none.env: there is no such file',
  ]);
});

test('user= of somebody else is a warning where we are not root', () => {
  const { plan, diagnostics } = load(
    '[supervisord]\nuser=web\n[program:a]\ncommand=x\nuser=web\n',
    {},
    { uid: 7 },
  );

  deepEqual(
    diagnostics.map(({ line, severity, message }) => `${line} ${severity}: ${message}`),
    [
      '2 warning: cannot become web: we are uid 7, not root; we stay who we are',
      '5 warning: cannot run [program:a] as web: we are uid 7, not root; it runs as we are',
    ],
  );
  equal(plan?.supervisord.user, undefined);
  equal(plan?.groups[0]?.processes[0]?.user, undefined);
});

test('user= of ourselves needs no root', () => {
  const { plan, diagnostics } = load('[supervisord]\n[program:a]\ncommand=x\nuser=web\n', {}, { uid: 1000 });

  deepEqual(diagnostics, []);
  equal(plan?.groups[0]?.processes[0]?.user?.uid, 1000);
});

test('TSUPERVISOR_SHUTDOWN_TIMEOUT is stronger than the file', () => {
  const environment = new Map([['TSUPERVISOR_SHUTDOWN_TIMEOUT', '4']]);

  const { supervisord } = planOf('[supervisord]\nshutdown_timeout=9\n', {}, { environment });

  equal(supervisord.shutdown_timeout, 4000);
});

const waiting = (...rows: readonly (readonly [string, string])[]): string =>
  `[supervisord]\n${rows.map(([name, wanted]) => `[program:${name}]\ncommand=x\ndepends_on=${wanted}\n`).join('')}`;

test('programs that wait for each other are an error that shows the way', () => {
  deepEqual(problemsOf(waiting(['a', 'b'], ['b', 'c:healthy'], ['c', 'a'], ['d', 'a'])), [
    '4:12: error: cannot order the programs: a waits for b waits for c waits for a',
    '7:12: error: cannot order the programs: b waits for c waits for a waits for b',
    '10:12: error: cannot order the programs: c waits for a waits for b waits for c',
  ]);
});

test('a program cannot wait for itself or for nobody', () => {
  deepEqual(problemsOf(waiting(['a', 'a'], ['b', 'nobody'])), [
    '4:12: error: cannot order the programs: a waits for a',
    '7:12: error: cannot use depends_on = nobody: there is no such program or group',
  ]);
});

test('two groups of one name are a warning, and the first in order is used', () => {
  const { plan, diagnostics } = load(
    '[supervisord]\n[program:a]\ncommand=x\n[eventlistener:a]\ncommand=y\nevents=TICK\n',
  );

  equal(diagnostics[0]?.message, 'cannot have two groups a: the one at /etc/supervisord.conf:4 is used');
  deepEqual(
    plan?.groups.map(({ kind }) => kind),
    ['eventlistener'],
  );
});

test('unknown things are warnings, and the nearest name is offered', () => {
  const { diagnostics } = load(
    '[supervisord]\n[program:a]\ncommand=x\nstopsignals=TERM\n[evenlistener:b]\n[foo]\n',
  );

  deepEqual(
    diagnostics.map(({ severity, suggestion }) => [severity, suggestion]),
    [
      ['warning', 'did you mean stopsignal?'],
      ['warning', 'did you mean [eventlistener:b]?'],
      ['warning', 'a program is written [program:foo]'],
    ],
  );
});

test('depends_on names a group, a program or a process', () => {
  const text = `[supervisord]
[program:web]
command=x
numprocs=2
process_name=web%(process_num)d
depends_on=web2
[program:web2]
command=x
[program:db]
command=x
[group:data]
programs=db
`;
  const { groups } = planOf(text);
  const namesOf = (wanted: string): readonly string[] =>
    resolveDependencies(groups)(wanted).map(({ name }) => name);

  deepEqual(namesOf('web'), ['web0', 'web1']);
  deepEqual(namesOf('web:web1'), ['web1']);
  deepEqual(namesOf('data'), ['db']);
  deepEqual(namesOf('db'), ['db']);
  deepEqual(namesOf('nobody'), []);
});

test('an option of ours that has no effect yet is said to have none, once', () => {
  const { plan, diagnostics } = loadWithNotices('[supervisord]\n[program:a]\ncommand=x\nready=notify\n');

  deepEqual(
    diagnostics.map(({ line, severity, message }) => `${line} ${severity}: ${message}`),
    ['4 warning: cannot use ready: it has no effect in this version'],
  );
  equal(plan?.groups.length, 1);
});

const tooLarge: readonly (readonly [options: string, cause: RegExp])[] = [
  [`limit_nofile=${'9'.repeat(400)}`, /the number is too large/],
  [`limit_core=${'9'.repeat(308)}GB`, /the number is too large/],
  [`startsecs=${'9'.repeat(400)}`, /the number is too large/],
  ['limit_nofile=18446744073709551615', /it is too large/],
];

for (const [options, cause] of tooLarge)
  test(`${options.slice(0, 30)} is refused, and nothing breaks`, () => {
    const [problem] = problemsOf(`[supervisord]\n[program:a]\ncommand=x\n${options}\n`);

    match(problem ?? '', cause);
  });
