/** Typical typing errors, and what `check` says to them: where, what, and how to mend it. */
import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { humanReport, plain } from '../../src/commands/check-report.ts';
import { load } from './config-rig.ts';

const program = '[supervisord]\n[program:web]\ncommand=/bin/cat\n';

/** Which of several near words was meant. */
const meant: readonly (readonly [text: string, suggestion: string])[] = [
  [`${program}stderr_logfile_max_bytes=1MB\n`, 'did you mean stderr_logfile_maxbytes?'],
  [`${program}stdout_log=/tmp/x\n`, 'did you mean stdout_logfile?'],
  [`${program}username=web\n`, 'did you mean user?'],
  [`${program}loglevel=debug\n`, 'loglevel belongs in [supervisord]'],
  [
    '[supervisord]\n[eventlistener:e]\ncommand=/bin/cat\nevents=PROCESS_STATE_EXIT\n',
    'did you mean PROCESS_STATE_EXITED?',
  ],
  ['[supervisord]\n[unix_http_server]\nfile=/tmp/x\nfiles=/tmp/y\n', 'did you mean file?'],
];

for (const [text, suggestion] of meant)
  test(`${suggestion} is said to ${text.split('\n').at(-2)}`, () => {
    equal(load(text).diagnostics[0]?.suggestion, suggestion);
  });

const rows: readonly (readonly [name: string, text: string, report: string])[] = [
  [
    'a misspelled section',
    '[supervisord]\n[progam:web]\ncommand=/bin/cat\n',
    `/etc/supervisord.conf:2:1: warning: cannot use [progam:web]: there is no such section
    2 | [progam:web]
      | ^
      = did you mean [program:web]?
0 errors, 1 warning
`,
  ],
  [
    'a misspelled option',
    `${program}autorestrat=true\n`,
    `/etc/supervisord.conf:4:1: warning: cannot use autorestrat: [program:web] has no such option
    4 | autorestrat=true
      | ^
      = did you mean autorestart?
0 errors, 1 warning
`,
  ],
  [
    'a misspelled command',
    '[supervisord]\n[program:web]\ncomand=/bin/cat\n',
    `/etc/supervisord.conf:2:1: error: cannot use [program:web]: command is missing
    2 | [program:web]
      | ^
      = add command = /bin/cat
/etc/supervisord.conf:3:1: warning: cannot use comand: [program:web] has no such option
    3 | comand=/bin/cat
      | ^
      = did you mean command?
1 error, 1 warning
`,
  ],
  [
    'a misspelled word',
    `${program}autostart = ture\n`,
    `/etc/supervisord.conf:4:13: error: cannot use autostart = ture: expected true or false
    4 | autostart = ture
      |             ^
      = did you mean true?
1 error, 0 warnings
`,
  ],
  [
    "Docker's word for a restart",
    `${program}autorestart=always\n`,
    `/etc/supervisord.conf:4:13: error: cannot use autorestart = always: expected true, false or unexpected
    4 | autorestart=always
      |             ^
      = write autorestart = true
1 error, 0 warnings
`,
  ],
  [
    'a size with one letter',
    `${program}stdout_logfile_maxbytes=50M\n`,
    `/etc/supervisord.conf:4:25: error: cannot use stdout_logfile_maxbytes = 50M: expected a size such as 0, 500KB, 50MB or 1GB
    4 | stdout_logfile_maxbytes=50M
      |                         ^
      = did you mean 50MB?
1 error, 0 warnings
`,
  ],
  [
    'a log level that other programs have',
    '[supervisord]\nloglevel=warning\n',
    `/etc/supervisord.conf:2:10: error: cannot use loglevel = warning: expected critical, error, warn, info, debug, trace or blather
    2 | loglevel=warning
      |          ^
      = did you mean warn?
1 error, 0 warnings
`,
  ],
  [
    'several processes of one name',
    `${program}numprocs=3\n`,
    `/etc/supervisord.conf:4:10: error: cannot use numprocs = 3: process_name does not contain %(process_num)
    4 | numprocs=3
      |          ^
      = add process_name = %(program_name)s_%(process_num)02d
1 error, 0 warnings
`,
  ],
  [
    'a variable that is not set',
    '[supervisord]\n[program:web]\ncommand=/bin/cat %(ENV_PORT)s\n',
    `/etc/supervisord.conf:3:9: error: cannot use command = /bin/cat %(ENV_PORT)s: the environment variable PORT is not set
    3 | command=/bin/cat %(ENV_PORT)s
      |         ^
      = set it, or write %(ENV_PORT:-DEFAULT)s
1 error, 0 warnings
`,
  ],
  [
    'a percent sign',
    '[supervisord]\n[program:web]\ncommand=date +%H\n',
    `/etc/supervisord.conf:3:9: error: cannot use command = date +%H: unsupported format character 'H' (0x48) at index 7
    3 | command=date +%H
      |         ^
      = write %% for a percent sign
1 error, 0 warnings
`,
  ],
  [
    'pairs without a comma',
    `${program}environment=A=1 B=2\n`,
    `/etc/supervisord.conf:4:13: error: cannot use environment = A=1 B=2: = is not a name
    4 | environment=A=1 B=2
      |             ^
      = put commas between the pairs, and quotation marks around values with other characters than letters and digits
1 error, 0 warnings
`,
  ],
  [
    'a member that nobody is',
    `${program}[group:g]\nprograms=wbe\n`,
    `/etc/supervisord.conf:5:10: error: cannot find wbe of [group:g]: there is no [program:wbe]
    5 | programs=wbe
      |          ^
      = did you mean web?
1 error, 0 warnings
`,
  ],
  [
    'no [supervisord]',
    '[program:web]\ncommand=/bin/cat\n',
    `/etc/supervisord.conf: error: cannot use /etc/supervisord.conf: there is no [supervisord] section
      = add a line [supervisord]; it may be empty
1 error, 0 warnings
`,
  ],
  [
    'a section that is not closed',
    '[supervisord]\n[program:web\n',
    `/etc/supervisord.conf:2:1: warning: cannot use [program:web: the closing ] is missing
    2 | [program:web
      | ^
      = write [program:web]
0 errors, 1 warning
`,
  ],
  [
    'a line without an equals sign',
    `${program}autostart true\n`,
    `/etc/supervisord.conf:4:1: error: cannot read the line: it is neither a section nor option = value
    4 | autostart true
      | ^
      = write option = value, or indent the line to continue the value above it
1 error, 0 warnings
`,
  ],
  [
    'an option in the wrong section',
    '[supervisord]\ncommand=/bin/cat\n',
    `/etc/supervisord.conf:2:1: warning: cannot use command: [supervisord] has no such option
    2 | command=/bin/cat
      | ^
      = command belongs in [program:x]
0 errors, 1 warning
`,
  ],
];

for (const [name, text, report] of rows)
  test(`${name} is answered with how to mend it`, () => {
    const { diagnostics, plan } = load(text);

    equal(humanReport(diagnostics, plan, plain), report);
  });
