import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../../src/commands/check.ts';
import { sample } from '../../src/commands/sample.ts';
import { type Host } from '../../src/config/host.ts';
import { hostWith, mainFile } from './config-rig.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function runCheck(argv: readonly string[], host: Host, isTerminal = false): Outcome {
  let out = '';
  let error = '';
  const code = check(argv, {
    host,
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
    isTerminal,
  });
  return { code, out, error };
}

const withMain = (
  text: string,
  files: Readonly<Record<string, string>> = {},
  more: Partial<Host> = {},
): Host => hostWith({ [mainFile]: text, '/bin/cat': '#!', '/bin/sh': '#!', ...files }, more);

const fine = '[supervisord]\n[program:a]\ncommand=/bin/cat\n';

test('a configuration without mistakes is fine', () => {
  deepEqual(runCheck(['-c', mainFile], withMain(fine)), {
    code: 0,
    out: '/etc/supervisord.conf: no mistakes, 1 group, 1 process\n',
    error: '',
  });
});

test('warnings are an exit code only with --strict', () => {
  const host = withMain(`${fine}typo=1\n`);

  equal(runCheck([], host).code, 0);
  equal(runCheck(['--strict'], host).code, 1);
});

test('every error is reported at once, and the exit code is 2', () => {
  const { code, out } = runCheck(
    [],
    withMain('[supervisord]\nloglevel=x\n[program:a]\nautostart=y\n[program:b]\n'),
  );

  equal(code, 2);
  match(out, /:2:10: error/);
  match(out, /:3:1: error/);
  match(out, /:4:11: error/);
  match(out, /:5:1: error/);
  match(out, /\n4 errors, 0 warnings\n$/);
});

test('an empty $TSUPERVISOR_CONFIG names no configuration', () => {
  const environment = new Map([['TSUPERVISOR_CONFIG', '']]);

  match(runCheck([], withMain(fine, {}, { environment })).out, /^\/etc\/supervisord\.conf: no mistakes/);
});

test('the configuration is $TSUPERVISOR_CONFIG where -c is missing', () => {
  const environment = new Map([['TSUPERVISOR_CONFIG', '/srv/x.conf']]);

  match(
    runCheck([], withMain('', { '/srv/x.conf': fine }, { environment })).out,
    /^\/srv\/x\.conf: no mistakes/,
  );
});

test('colours are for terminals, and for those who want them', () => {
  const host = withMain(`${fine}typo=1\n`);
  const without = { ...host, environment: new Map([['NO_COLOR', '1']]) };

  ok(runCheck([], host, true).out.includes('\u001B[33mwarning:'));
  ok(!runCheck([], host, false).out.includes('\u001B'));
  ok(!runCheck([], without, true).out.includes('\u001B'));
  // https://no-color.org: present and not empty.
  ok(runCheck([], { ...host, environment: new Map([['NO_COLOR', '']]) }, true).out.includes('\u001B'));
});

test('--format=json is one object with every problem', () => {
  const report: unknown = JSON.parse(runCheck(['--format=json'], withMain(`${fine}typo=1\n`)).out);

  deepEqual(report, {
    file: mainFile,
    errors: 0,
    warnings: 1,
    diagnostics: [
      {
        file: mainFile,
        line: 4,
        column: 1,
        source: 'typo=1',
        severity: 'warning',
        message: 'cannot use typo: [program:a] has no such option',
        suggestion: 'remove it',
      },
    ],
    groups: [{ name: 'a', kind: 'program', processes: ['a'] }],
  });
});

test('--against says what update will do', () => {
  const host = withMain(`${fine}[program:b]\ncommand=/bin/cat\n`, {
    '/old.conf': '[supervisord]\n[program:a]\ncommand=/bin/sh\n[program:c]\ncommand=/bin/cat\n',
  });

  const { code, out } = runCheck(['--against', '/old.conf'], host);

  equal(code, 0);
  equal(
    out,
    `/etc/supervisord.conf: no mistakes, 2 groups, 2 processes
update from /old.conf:
  added b
  changed a
    a: command: "/bin/sh" -> "/bin/cat"
  removed c
`,
  );
});

test('--against shows limits, endless numbers and what belongs to a group', () => {
  const host = withMain(
    `${fine}limit_nofile=10:20\nstartretries=unlimited\n[group:g]\nprograms=a\npriority=5\n[eventlistener:l]\ncommand=/bin/cat\nevents=TICK_5\n`,
    {
      '/old.conf': `${fine}[group:g]\nprograms=a\n[eventlistener:l]\ncommand=/bin/cat\nevents=TICK_60\n`,
    },
  );

  match(
    runCheck(['--against=/old.conf'], host).out,
    new RegExp(
      [
        '  changed l',
        String.raw`    l: events: \["TICK_60"\] -> \["TICK_5"\]`,
        '  changed g',
        '    g: priority: 999 -> 5',
        '    a: startretries: 3 -> "unlimited"',
        '    a: limit_nofile: unset -> {"soft":"10","hard":"20"}',
        '',
      ].join('\n'),
    ),
  );
});

test('--against with --format=json is one object', () => {
  const host = withMain(`${fine}[program:b]\ncommand=/bin/cat\n`, {
    '/old.conf': '[supervisord]\n[program:a]\ncommand=/bin/sh\n[program:c]\ncommand=/bin/cat\n',
  });

  const { update } = JSON.parse(runCheck(['--against=/old.conf', '--format=json'], host).out);

  deepEqual(update, {
    file: '/old.conf',
    added: ['b'],
    changed: [
      {
        name: 'a',
        changes: [{ process: 'a', option: 'command', before: '/bin/sh', after: '/bin/cat' }],
      },
    ],
    removed: ['c'],
  });
});

test('--against a configuration with mistakes says them, as text and as one object', () => {
  const host = withMain(fine, { '/old.conf': '[supervisord]\nloglevel=x\n' });

  const { code, out } = runCheck(['--against=/old.conf', '--format=json'], host);

  equal(code, 2);
  equal(JSON.parse(out).errors, 1);
  match(runCheck(['--against=/old.conf'], host).out, /\/old\.conf:2:10: error/);
});

test('--against says when update has nothing to do', () => {
  match(runCheck(['--against', mainFile], withMain(fine)).out, /\n {2}nothing changes\n$/);
});

test('--schema is JSON', () => {
  const { out, code } = runCheck(['--schema'], withMain(fine));

  equal(code, 0);
  ok(JSON.parse(out));
});

test('--help tells the options', () => match(runCheck(['-h'], withMain(fine)).out, /--strict/));

test('wrong words are a usage error', () => {
  equal(runCheck(['--bogus'], withMain(fine)).code, 2);
  match(
    runCheck(['--format=xml'], withMain(fine)).error,
    /^Error: cannot use --format=xml: expected human or json\n/,
  );
});

const advice: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  [
    'a command that is not there',
    '[supervisord]\n[program:a]\ncommand=none\n',
    /cannot start a: can't find command 'none'/,
  ],
  [
    'a directory that is not there',
    `${fine}directory=/none\n`,
    /cannot start a in \/none: there is no such directory/,
  ],
  [
    'a device that would be rotated',
    `${fine}stdout_logfile=/dev/stdout\n`,
    /cannot rotate \/dev\/stdout: it is not a file/,
  ],
  [
    'a stderr file beside redirect_stderr',
    `${fine}redirect_stderr=true\nstderr_logfile=/tmp/e\n`,
    /cannot use stderr_logfile: redirect_stderr/,
  ],
  [
    'a shell that keeps the signal',
    '[supervisord]\n[program:a]\ncommand=/bin/sh -c "x; y"\n',
    /the signal goes to the shell/,
  ],
  [
    'a command that a comment cuts',
    '[supervisord]\n[program:a]\ncommand=/bin/sh -c "x ; y"\n',
    /it ends before the ; that follows a blank/,
  ],
  [
    'an indented option',
    '[supervisord]\n[program:a]\ncommand=/bin/cat\n; a comment\n    autostart=false\n',
    /:5:5: warning: cannot use autostart: the line is indented, and so it is part of the value of command/,
  ],
  [
    'an indented section',
    `${fine}  [program:b]\n  command=/bin/cat\n`,
    /:4:3: warning: cannot use \[program:b\]: the line is indented/,
  ],
  [
    'a section that comes twice',
    `${fine}[program:a]\ncommand=/bin/sh\n`,
    /:4:1: warning: cannot have two \[program:a\]: this one is read as more of the one at line 2/,
  ],
  [
    'an option that comes twice',
    `${fine}autostart=true\nautostart=false\n`,
    /:5:1: warning: cannot use two autostart: the one at line 4 is lost/,
  ],
  [
    'syslog as a file',
    `${fine}stdout_logfile=syslog\n`,
    /:4:16: warning: cannot recommend stdout_logfile = syslog: it is deprecated/,
  ],
  [
    'an AUTO log without a bound',
    `${fine}stderr_logfile=AUTO\nstderr_logfile_maxbytes=0\n`,
    /:5:25: warning: cannot bound the AUTO log of stderr/,
  ],
  [
    'a program that waits for a later one',
    `${fine}depends_on=db\npriority=1\n[program:db]\ncommand=/bin/cat\npriority=5\n`,
    /:4:12: warning: cannot start a in its turn: it waits for db, whose priority 5 comes after 1/,
  ],
  [
    'a client without a URL',
    `${fine}[supervisorctl]\nserverurl=/run/x.sock\n`,
    /:5:11: warning: cannot use serverurl = \/run\/x\.sock: expected unix:[^]*= write unix:\/\/\/run\/x\.sock/,
  ],
  [
    'a client with a variable that is not set',
    `${fine}[supervisorctl]\nserverurl=unix://%(here)s/x.sock\npassword=%(ENV_NONE)s\n`,
    /:6:10: warning: cannot use password = %\(ENV_NONE\)s: the environment variable NONE is not set\n[^]*\n0 errors, 1 warning\n$/,
  ],
  ['a secret that is not there', `${fine}secrets=A:/none\n`, /cannot read \/none: there is no such file/],
  [
    'a secret for everybody',
    `${fine}secrets=A:/etc/supervisord.conf\n`,
    /cannot keep \/etc\/supervisord\.conf secret/,
  ],
  [
    'a stop that Docker cuts short',
    `${fine}stopwaitsecs=20\n`,
    /it may take 20 s, and Docker kills after 10 s/,
  ],
  [
    'a stop above shutdown_timeout',
    '[supervisord]\nshutdown_timeout=30\n[program:a]\ncommand=/bin/cat\nstopwaitsecs=60\n',
    /it may take 60 s, and shutdown_timeout is 30 s/,
  ],
];

for (const [name, text, message] of advice)
  test(`${name} is a warning`, () => {
    const { out, code } = runCheck([], withMain(text));

    equal(code, 0);
    match(out, message);
  });

test('a program that waits for one that is not later is fine', () => {
  const text = `${fine}depends_on=b,c\n[program:b]\ncommand=/bin/cat\npriority=1\n[program:c]\ncommand=/bin/cat\n`;

  ok(!runCheck([], withMain(text)).out.includes('in its turn'));
});

test('values that go on below, and files that add to a section, are fine', () => {
  const text = `[supervisord]\n[program:a]\ncommand=/bin/cat\n  --x=1\n  [y]\nenvironment=\n  user="a",\n  B="b"\n[include]\nfiles=/more.conf\n`;
  const host = withMain(text, { '/more.conf': '[program:a]\ncommand=/bin/sh\n' });

  equal(runCheck(['--strict'], host).out, '/etc/supervisord.conf: no mistakes, 1 group, 1 process\n');
});

test('advice is given beside errors', () => {
  const { code, out } = runCheck(
    [],
    withMain('[supervisord]\n[program:a]\ncommand=none\nautostart=x\n[program:b]\ndirectory=/none\n'),
  );

  equal(code, 2);
  match(out, /cannot start a: can't find command 'none'/);
  match(out, /\n2 errors, 1 warning\n$/);
});

test('a shell that is replaced by its last command is fine', () => {
  const text = '[supervisord]\n[program:a]\ncommand=/bin/sh -c "x; exec y"\n';

  equal(runCheck(['--strict'], withMain(text)).code, 0);
});

test('the sample is printed', () => {
  let out = '';

  equal(
    sample([], (text) => {
      out += text;
    }),
    0,
  );
  match(out, /^; Sample supervisor config file/);
});
