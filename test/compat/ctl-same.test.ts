import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { differenceFor } from './ctl-differences.ts';
import {
  type Client,
  HOLDER,
  normalise,
  type Ran,
  supervisorctl,
  Supervisord,
  tsupervisorctl,
  until,
} from './ctl-rig.ts';

/** A command line under the config of the supervisord; words as they are; or something that happens in between. */
type Step = string | readonly string[] | { readonly input: string } | ((supervisord: Supervisord) => unknown);

interface Scenario {
  readonly programs?: string;
  readonly steps: readonly Step[];
}

interface Entry {
  readonly command: string;
  readonly ran: Ran;
}

const stepText = (step: Step): string => (typeof step === 'string' ? step : '');

async function perform(client: Client, supervisord: Supervisord, step: Step): Promise<Entry | undefined> {
  if (typeof step === 'function') return void (await step(supervisord));
  const conf = supervisord.file('supervisord.conf');
  const isShell = typeof step === 'object' && 'input' in step;
  const own = Array.isArray(step) ? step.map((word: string) => supervisord.fill(word)) : undefined;
  const ran = await client(
    own ?? (isShell ? ['-c', conf] : ['-c', conf, stepText(step)]),
    isShell ? step.input : '',
  );
  const shown = (text: string): string => normalise(text, supervisord);
  const command = isShell ? step.input : normalise(own?.join(' ') ?? stepText(step), supervisord);
  return { command, ran: { stdout: shown(ran.stdout), stderr: shown(ran.stderr), code: ran.code } };
}

/** A server answers for a group in the order in which its processes happen to be done. */
const isUnordered = (command: string): boolean => /^(?:start|stop) (?:\S+:\*?|all)$/.test(command);

const sorted = (ran: Ran): Ran => ({ ...ran, stdout: ran.stdout.split('\n').toSorted().join('\n') });

async function transcribe(client: Client, { programs, steps }: Scenario): Promise<readonly Entry[]> {
  await using supervisord = await Supervisord.start(programs);
  const entries: Entry[] = [];
  for (const step of steps) {
    const entry = await perform(client, supervisord, step);
    if (entry !== undefined)
      entries.push(isUnordered(entry.command) ? { ...entry, ran: sorted(entry.ran) } : entry);
  }
  return entries;
}

function same(name: string, scenario: Scenario): void {
  test(`${name}: supervisorctl and tsupervisor ctl say the same`, async () => {
    const [real, ours] = await Promise.all([
      transcribe(supervisorctl, scenario),
      transcribe(tsupervisorctl, scenario),
    ]);

    for (const [index, { command, ran }] of real.entries()) {
      const own = ours[index]!.ran;
      const difference = differenceFor(command);
      if (difference === undefined) assert.deepEqual(own, ran, command);
      else
        assert.ok(
          difference.holds(ran, own),
          `${command}: ${difference.reason}\n${ran.stdout}\n${own.stdout}`,
        );
    }
  });
}

/** Command lines between bars; nothing between two bars is an empty command line. */
const each = (text: string): readonly string[] => text.split(' | ');

const words = (text: string): readonly string[] => text.split(' ');

const topics = (
  'add avail clear exit fg maintail open pid quit reload remove reread ' +
  'restart shutdown signal start status stop tail update version'
).split(' ');

same('help and what is no command', {
  programs: '',
  steps: [
    ...topics.map((topic) => `help ${topic}`),
    ...each(
      'help | ? | help help | ? start | help nope | help EOF | help foo bar | help health | help events',
    ),
    ...each(' |   | foo bar | !ls | Status | -x | constructor | status | start all | pid all | avail'),
    ...each('exit | quit | EOF | exit now | open | open ftp://x | open localhost'),
  ],
});

same('what only looks', {
  steps: [
    ...each(
      'status | status all | status cat nope m:* zz:* | status m | status cat cat | status once | status cat',
    ),
    ...each(
      'status nope:x | status m:m_0 | status:foo | pid | pid all | pid cat | pid spare | pid nope cat | pid m:*',
    ),
    ...each(
      'avail | avail x | version | version x | maintail x | maintail -x | maintail -f x | maintail -10 x',
    ),
    ...each(
      "tail | tail talker | tail talker stderr | tail talker STDERR | tail talker foo | tail talker fo'o",
    ),
    ...each(
      'tail -5 talker | tail --5 talker | tail -0 talker | tail -1_0 talker | tail -x talker | tail -f | tail -5',
    ),
    ...each(
      'tail -5 a b c | tail nope | tail m:m_0 | tail m:* | tail -f nope | tail -f m:m_0 | tail -f nope stderr',
    ),
    ...each('maintail -30 | fg | fg a b | fg nope | fg spare | fg m:*'),
  ],
});

same('what acts on processes', {
  steps: [
    ...each(
      'start | start cat | start nope | start zz:* | start nofile | start notexec | start spare nope cat zz:*',
    ),
    ...each(
      'start quick | status quick | stop spare | stop spare | stop | stop nope zz:* | stop m:m_0 | start m:',
    ),
    ...each('restart | restart spare | restart nope | restart zz:* | stop m:* | stop m:*'),
    ...each(
      'signal | signal HUP | signal XX cat | signal USR1 spare | signal CONT once nope zz:* m:nope | signal 0 cat',
    ),
    ...each('signal CONT talker | signal SIGCONT talker | signal 18 talker | signal XX all'),
    ...each('clear | clear talker nope | tail talker | clear all | clear m:* | clear m:m_0'),
  ],
});

same('what changes the groups', {
  steps: [
    ...each(
      'reread | reread x | update | update nope | update all | add | add cat | add nope | remove | remove cat',
    ),
    ...each('remove nope | remove once | status once | add once cat nope | update'),
    (supervisord) =>
      supervisord.edit(
        (config) =>
          `${config.replace('[program:talker]', '[program:speaker]').replace('priority=5', 'priority=6')}
[program:extra]
command=/bin/sleep 1000
startsecs=0
stdout_logfile=NONE
stderr_logfile=NONE
[program:zero]
command=/bin/sleep 1000
autostart=false
`,
      ),
    ...each('reread | avail | add extra | update nope extra zero | reread | update talker | update'),
    (supervisord: Supervisord) => supervisord.settled(),
    ...each('status speaker extra zero m:* | reread | update'),
    (supervisord) => supervisord.edit((config) => config.replace('autostart=false', 'autostart=maybe')),
    ...each('reread | update | status speaker'),
  ],
});

same('a shutdown that takes time', {
  programs: HOLDER,
  steps: [
    ...each(
      'shutdown x | reload x | shutdown | shutdown | reload | status | start holder | stop all | avail',
    ),
    ...each(
      'reread | update | add holder | remove holder | pid | version | tail holder | clear all | signal HUP holder',
    ),
  ],
});

same('a restart and an end', {
  programs: HOLDER.replace("trap '' TERM; ", ''),
  steps: [
    'pid holder',
    'reload',
    (supervisord: Supervisord) => until(() => existsSync(supervisord.file('s.sock'))),
    (supervisord: Supervisord) => supervisord.settled(),
    'status',
    'shutdown',
    (supervisord) => supervisord.ended(),
    ...each(
      'shutdown | status | start x | tail -f x | pid | version | avail | reread | update | add x | remove x',
    ),
    ...each(
      'reload | maintail | fg x | clear x | signal HUP x | restart x | restart | open unix:///nonexistent',
    ),
  ],
});

same('servers that are not there, and command lines that are wrong', {
  programs: '',
  steps: [
    ...['http://127.0.0.1:1', 'unix:///nonexistent', 'ftp://x', 'localhost:9001'].flatMap((url) =>
      ['status', 'pid', 'avail', 'shutdown', 'open unix:///nowhere'].map((command) => ['-s', url, command]),
    ),
    words('-s http://nosuchhost.invalid:1 status'),
    ['-s', 'unix:///etc/passwd', 'version'],
    ['-s', 'unix:///etc', 'version'],
    ...['-s foo status', '-s ', '--serverurl=x: pid', '-x', '--foo', '-s', '--serverurl', '-u', '--h'].map(
      words,
    ),
    ...['--interactive=1', '-i -i', '-s unix:///a --serverurl unix:///b', '-ix', '-c /nope', '-c'].map(words),
    words('-c DIR/supervisord.conf --user a -pb -r/dev/null pid'),
    ...['-- version', 'version -x', "-i -u it's version"].map((rest) =>
      words(`-s unix://DIR/s.sock ${rest}`),
    ),
    words('--history-file /dev/null -s unix://DIR/s.sock version'),
  ],
});

same('a server with a password', {
  programs: '',
  steps: [
    ...each(
      'status | pid | version | shutdown | tail -f x | avail | start x | open http://127.0.0.1:PORT',
    ).flatMap((command) => [
      ['-s', 'http://127.0.0.1:PORT', command],
      ['-s', 'http://127.0.0.1:PORT/ignored?x=1', '-u', 'user', '-p', 'wrong', command],
    ]),
    words('-s http://127.0.0.1:PORT -u user -p pass:word version'),
    words('-s http://127.0.0.1:PORT -u user version'),
    words('-s http://user:pass@127.0.0.1:PORT version'),
    words('-s http://localhost:PORT -u user -p pass:word maintail -5'),
    words('-s http://127.0.0.1:PORT -u user -p pass:word tail -f nope'),
    words('-s http://127.0.0.1:PORT -u user -p pass:word open unix://DIR/s.sock'),
  ],
});

same('config files', {
  programs: '',
  steps: [
    (supervisord) => {
      supervisord.write(
        'plain.conf',
        '[supervisorctl]\nserverurl = unix://DIR/./s.sock ; remark\nprompt=my\n',
      );
      supervisord.write('here.conf', '[DEFAULT]\nserverurl=unix://%(here)s/s.sock\n[supervisorctl]\n');
      supervisord.write('empty.conf', '');
      supervisord.write('names.conf', '[supervisorctl]\nusername=%(ENV_NOPE)s\n');
      supervisord.write('none.conf', '[supervisord]\n');
      supervisord.write('bad.conf', '[supervisorctl]\nserverurl\n');
      supervisord.write('included.conf', '[include]\nfiles=pl*.conf\n');
    },
    ...['plain', 'here', 'empty', 'names', 'none', 'bad', 'included'].map((name) =>
      words(`-c DIR/${name}.conf version`),
    ),
    words('-c DIR/none.conf -s unix://DIR/s.sock version'),
    words('-c DIR'),
  ],
});

same('the shell that a script types into', {
  steps: [
    '',
    'status cat\n',
    '\n\n  \nversion\nexit\nversion\n',
    'foo\n? pid\nquit',
    'stop spare\nEOF\n',
    'avail x\npid spare\n',
    'shutdown\nn\npid cat\n',
    'reload\nno\n',
    'reload\n',
    'shutdown',
    'open ftp://x\nopen unix:///nope\nstatus\n',
    '!x\n-\n',
    'tail -5 talker\nhelp pid\n',
    'fg nope\nfg spare\nfg\n',
  ].map((input) => ({ input })),
});
