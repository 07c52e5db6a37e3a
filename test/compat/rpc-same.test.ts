import { deepEqual, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { supervisord, tsupervisor } from '../support/paths.ts';
import { type Answers, answersOf, type Interview, serverSections } from './rpc-answers.ts';

const CONFIGURATION = `${serverSections()}
[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile=FOLDER/cat.log
stderr_logfile=NONE
[program:talker]
command=/bin/sh -c "printf 0123456789; printf err >&2; exec /bin/sleep 1001"
startsecs=0
stdout_logfile=FOLDER/talker.log
stderr_logfile=FOLDER/talker.err
[program:binary]
command=/bin/sh -c "printf '\\\\377\\\\376x'; exec /bin/sleep 1001"
startsecs=0
stdout_logfile=FOLDER/binary.log
stderr_logfile=NONE
[program:coloured]
command=/bin/sh -c "printf '\\\\033[31mred'; exec /bin/sleep 1001"
startsecs=0
stdout_logfile=FOLDER/coloured.log
stderr_logfile=NONE
[program:deaf]
command=/bin/sleep 1001
startsecs=0
stdout_logfile=NONE
stderr_logfile=NONE
[program:once]
command=/bin/true
startsecs=0
autostart=false
autorestart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:quick]
command=/bin/false
startsecs=5
autostart=false
startretries=0
stdout_logfile=NONE
stderr_logfile=NONE
[program:flaky]
command=/bin/false
startsecs=5
autostart=false
startretries=1000
stdout_logfile=NONE
stderr_logfile=NONE
[program:slow]
command=/bin/sleep 1001
startsecs=100
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:spare]
command=/bin/sleep 1001
startsecs=0
autostart=false
priority=7
stdout_logfile=NONE
stderr_logfile=NONE
[program:stubborn]
command=/bin/sh -c "trap '' TERM; while :; do /bin/sleep 0.1; done"
startsecs=1
stopwaitsecs=4
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:nofile]
command=/nonexistent/program
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:notexec]
command=/etc/passwd
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:folder]
command=/tmp
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:badquote]
command=foo "bar
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[group:g]
programs=ga,gb,ignorer
priority=5
[program:ga]
command=/bin/sleep 1002
startsecs=0
stdout_logfile=NONE
stderr_logfile=NONE
[program:gb]
command=/bin/sleep 1001
startsecs=0
priority=3
stdout_logfile=NONE
redirect_stderr=true
[program:ignorer]
command=/bin/sh -c "trap '' HUP; exec /bin/sleep 1001"
startsecs=1
stdout_logfile=NONE
stderr_logfile=NONE
[group:bad]
programs=bada,badb
[program:bada]
command=/nonexistent/program
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:badb]
command=/bin/sleep 1001
startsecs=0
autostart=false
stdout_logfile=NONE
stderr_logfile=NONE
`;

const INTERVIEW: Interview = {
  configuration: CONFIGURATION,
  isReady: (scratch) => existsSync(scratch.path('coloured.log')),
  script: 'rpc-scenarios.py',
  argv: ({ folder }) => [folder],
};

let theirs: Answers = new Map();
let ours: Answers = new Map();

before(async () => {
  [theirs, ours] = await Promise.all([
    answersOf([supervisord, '-n'], INTERVIEW),
    answersOf([tsupervisor], INTERVIEW),
  ]);
});

test('every question has the same answer as with supervisord', () => {
  const same = [...theirs].filter(([title]) => !title.startsWith('differs: '));

  ok(same.length > 200);
  const others = same.filter(([title, answer]) => !isDeepStrictEqual(answer, ours.get(title)));
  deepEqual(
    others.map(([title]) => [title, ours.get(title)]),
    others,
  );
});

const INCORRECT = { fault: 2, text: 'INCORRECT_PARAMETERS' };

const VERSION_ANSWER = `<methodResponse>
<params>
<param>
<value><string>3.0</string></value>
</param>
</params>
</methodResponse>`;

/** Title, what supervisord 4.2.5 answers, what we answer. */
const DIFFERENCES: readonly (readonly [string, unknown, unknown])[] = [
  ['a name that is a number', { http: 500 }, INCORRECT],
  ['an offset that is a word', { http: 500 }, INCORRECT],
  ['a log that is no UTF-8', { http: 500 }, '\uFFFD\uFFFDx'],
  ['a log with control characters', { error: 'ExpatError' }, '\u241B[31mred'],
  ['what a full pipe does not take', { http: 500 }, true],
  [
    'a multicall of no structs',
    { http: 500 },
    [
      [
        ['faultCode', 2],
        ['faultString', 'INCORRECT_PARAMETERS'],
      ],
    ],
  ],
  ['GET /RPC2 {}', { status: 400, type: 'text/html' }, { status: 405, type: 'text/html' }],
  ['GET /logtail {}', { status: 500, type: 'text/html' }, { status: 404, type: 'text/html' }],
  ['POST /mainlogtail {}', { status: 400, type: 'text/html' }, { status: 405, type: 'text/html' }],
  ["POST /RPC2 {'Content-Length': '0'}", { error: 'TimeoutError' }, { status: 400, type: 'text/html' }],
  [
    "POST /RPC2 {'Content-Length': 'x'}",
    { status: 500, type: 'text/html' },
    { status: 400, type: 'text/html' },
  ],
  ['a document type', [['200 OK'], [VERSION_ANSWER], 'closed'], [['400 Bad Request'], [], 'closed']],
  [
    'getState during the shutdown',
    { fault: 6, text: 'SHUTDOWN_STATE' },
    [
      ['statecode', -1],
      ['statename', 'SHUTDOWN'],
    ],
  ],
];

for (const [title, theirAnswer, ourAnswer] of DIFFERENCES)
  test(`it differs on purpose: ${title}`, () => {
    deepEqual(theirs.get(`differs: ${title} #1`), theirAnswer);
    deepEqual(ours.get(`differs: ${title} #1`), ourAnswer);
  });
