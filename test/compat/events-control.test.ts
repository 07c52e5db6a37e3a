/** What listeners are told of what somebody asks for: the same by both. */
import { deepEqual, equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { tsupervisorctl } from './ctl-rig.ts';
import { type DaemonName, EventStage, show, type Told } from './events-rig.ts';

interface Story {
  readonly fact: string;
  /** The sections of programs. */
  readonly config: string;
  /** Words to the client, each said when this was told. */
  readonly acts: readonly { readonly when: RegExp; readonly words: readonly string[] }[];
  /** What is told from the first act on. */
  readonly told: readonly string[];
}

const program = (name: string, options: string): string => `[program:${name}]\n${options}\n`;
const sleeper = program('a', 'command=/bin/sleep 1000');
const running = /PROCESS_STATE_RUNNING processname:a /;
const a = 'processname:a groupname:a from_state';

const stories: readonly Story[] = [
  {
    fact: 'a stop and a start',
    config: sleeper,
    acts: [{ when: running, words: ['restart', 'a'] }],
    told: [
      `PROCESS_STATE_STOPPING ${a}:RUNNING pid:N`,
      `PROCESS_STATE_STOPPED ${a}:STOPPING pid:N`,
      `PROCESS_STATE_STARTING ${a}:STOPPED tries:0`,
      `PROCESS_STATE_RUNNING ${a}:STARTING pid:N`,
    ],
  },
  {
    fact: 'a stop while it starts',
    config: program('a', 'command=/bin/sleep 1000\nstartsecs=60'),
    acts: [{ when: /PROCESS_STATE_STARTING processname:a /, words: ['stop', 'a'] }],
    told: [`PROCESS_STATE_STOPPING ${a}:STARTING pid:N`, `PROCESS_STATE_STOPPED ${a}:STOPPING pid:N`],
  },
  {
    fact: 'a stop while it waits for its next try',
    config: program('a', 'command=/bin/false\nstartretries=10'),
    acts: [{ when: /PROCESS_STATE_BACKOFF processname:a .* tries:3/, words: ['stop', 'a'] }],
    told: [`PROCESS_STATE_STOPPED ${a}:BACKOFF pid:0`],
  },
  {
    fact: 'a stop that needs SIGKILL',
    config: program('a', 'command=/bin/sh -c "trap : TERM; while :; do sleep 0.1; done"\nstopwaitsecs=1'),
    acts: [{ when: running, words: ['stop', 'a'] }],
    told: [`PROCESS_STATE_STOPPING ${a}:RUNNING pid:N`, `PROCESS_STATE_STOPPED ${a}:STOPPING pid:N`],
  },
  {
    fact: 'a start after the last try has failed',
    config: program(
      'a',
      'command=/bin/sh -c "test -e DIR/mark && exec sleep 1000; touch DIR/mark"\nstartretries=0',
    ),
    acts: [{ when: /PROCESS_STATE_FATAL processname:a /, words: ['start', 'a'] }],
    told: [`PROCESS_STATE_STARTING ${a}:FATAL tries:0`, `PROCESS_STATE_RUNNING ${a}:STARTING pid:N`],
  },
  {
    fact: 'a start after an end',
    config: program(
      'a',
      'command=/bin/sh -c "test -e DIR/mark && exec sleep 1000; touch DIR/mark; sleep 1.3"\nautorestart=false',
    ),
    acts: [{ when: /PROCESS_STATE_EXITED processname:a /, words: ['start', 'a'] }],
    told: [`PROCESS_STATE_STARTING ${a}:EXITED tries:0`, `PROCESS_STATE_RUNNING ${a}:STARTING pid:N`],
  },
  {
    fact: 'a group that goes and comes back',
    config: sleeper,
    acts: [
      { when: running, words: ['stop', 'a'] },
      { when: /PROCESS_STATE_STOPPED processname:a /, words: ['remove', 'a'] },
      { when: /PROCESS_GROUP_REMOVED groupname:a/, words: ['add', 'a'] },
    ],
    told: [
      `PROCESS_STATE_STOPPING ${a}:RUNNING pid:N`,
      `PROCESS_STATE_STOPPED ${a}:STOPPING pid:N`,
      'PROCESS_GROUP_REMOVED groupname:a\n',
      'PROCESS_GROUP_ADDED groupname:a\n',
      `PROCESS_STATE_STARTING ${a}:STOPPED tries:0`,
      `PROCESS_STATE_RUNNING ${a}:STARTING pid:N`,
    ],
  },
];

const control = `
[unix_http_server]
file=DIR/s.sock
[supervisorctl]
serverurl=unix://DIR/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[eventlistener:ev]
command=LISTENER ev ok
events=PROCESS_STATE,PROCESS_GROUP,REMOTE_COMMUNICATION
buffer_size=1000
stderr_logfile=DIR/ev.err
startsecs=0
[program:other]
command=/bin/sleep 1000
startsecs=0
priority=-5
`;

const run = promisify(execFile);

/** Asks with a client that need not be started first: a process waits for its next try for three seconds only. */
async function ask(stage: EventStage, words: readonly string[]): Promise<void> {
  const { stdout, code } = await tsupervisorctl(['-c', stage.scratch.path('supervisord.conf'), ...words]);
  equal(code, 0, stdout);
}

/** What is told of `a`, in order; the others come up when they like. */
const ofA = (told: readonly Told[]): readonly string[] =>
  told.map(show).filter((line) => /name:a\s/.test(line));

/** What is told of `a` from the first act on. */
async function tell(daemon: DaemonName, { config, acts, told }: Story): Promise<readonly string[]> {
  await using stage = new EventStage(daemon, control + config);
  let begin = 0;
  for (const [index, { when, words }] of acts.entries()) {
    const before = await stage.whenTold('ev', (all) => ofA(all).some((line) => when.test(line)));
    if (index === 0) begin = ofA(before).length;
    await ask(stage, words);
  }
  const all = await stage.whenTold('ev', (seen) => ofA(seen).length >= begin + told.length);
  return ofA(all).slice(begin);
}

const sendEvent = `
import sys
from xmlrpc.client import ServerProxy
from supervisor.xmlrpc import SupervisorTransport
proxy = ServerProxy('http://127.0.0.1', SupervisorTransport('', '', sys.argv[1]))
print(proxy.supervisor.sendRemoteCommEvent('deploy', 'gr\\u00fcn \\U0001F600\\nnow'))
`;

suite('events of what is asked for', { concurrency: 3 }, () => {
  for (const story of stories)
    test(`${story.fact} is told in the same words and order`, { timeout: 60_000 }, async () => {
      const [theirs, ours] = await Promise.all([tell('supervisord', story), tell('tsupervisor', story)]);

      deepEqual([theirs, ours], [story.told, story.told]);
    });

  test('an event that somebody sends is told in the same words', { timeout: 60_000 }, async () => {
    for (const daemon of ['supervisord', 'tsupervisor'] as const) {
      await using stage = new EventStage(daemon, control + sleeper);
      await stage.whenTold('ev', (all) => all.some((one) => running.test(show(one))));

      const { stdout } = await run('/usr/bin/python3', [
        '-c',
        sendEvent,
        `unix://${stage.scratch.path('s.sock')}`,
      ]);
      const told = await stage.whenTold(
        'ev',
        (all) => all.at(-1)?.headers['eventname'] === 'REMOTE_COMMUNICATION',
      );

      equal(stdout, 'True\n');
      deepEqual([daemon, told.at(-1)?.payload], [daemon, 'type:deploy\ngrün \u{1F600}\nnow']);
    }
  });
});
