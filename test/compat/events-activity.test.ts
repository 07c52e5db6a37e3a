/** What `loglevel=debug` tells of the output and the ends of programs: the same lines from both. */
import { deepEqual, ok } from 'node:assert/strict';
import { suite, test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { tsupervisorctl } from './ctl-rig.ts';
import { type DaemonName, EventStage } from './events-rig.ts';

const both = ['supervisord', 'tsupervisor'] as const satisfies readonly DaemonName[];

/** What a daemon does once, and by mistake twice, it has done before it writes this line. */
const lastLine =
  'INFO success: end entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)';

const end = `
[program:end]
command=/bin/sleep 1000
stdout_logfile=NONE
stderr_logfile=NONE
`;

/** The activity log of each, when all of these lines are in it, and the end of the second that programs must be up. */
async function activityOf(config: string, lines: readonly string[]): Promise<readonly (readonly string[])[]> {
  return await Promise.all(
    both.map(async (daemon) => {
      await using stage = new EventStage(daemon, config + end);
      return await waitFor(`${lines.join(', ')} and the end from ${daemon}`, () => {
        const { activity } = stage;
        return [...lines, lastLine].every((line) => activity.includes(line)) && activity;
      });
    }),
  );
}

/** A message of several lines, and the empty line that the last newline of the output makes. */
const messageOf = (activity: readonly string[], first: string, lineCount: number): readonly string[] => {
  const at = activity.indexOf(first);
  return activity.slice(at, at + lineCount);
};

const token = (word: string): string => `<!--XSUPERVISOR:${word}-->`;

suite('the activity log at level debug', { concurrency: 4 }, () => {
  test('shows what programs write, each stream by its name, also where nothing is kept of it', async () => {
    const undecodable = String.raw`Undecodable: b'\xff\n'`;
    const logs = await activityOf(
      `
[program:talker]
command=/bin/sh -c 'printf "one\\ntwo\\n"; echo oops >&2; exec sleep 1000'
stdout_logfile=NONE
stderr_logfile=DIR/talker.err
[program:binary]
command=/bin/sh -c 'printf "\\377\\n"; exec sleep 1000'
stdout_logfile=NONE
stderr_logfile=NONE
`,
      ['two', 'oops', undecodable],
    );

    for (const log of logs) {
      deepEqual(messageOf(log, "DEBG 'talker' stdout output:", 4), [
        "DEBG 'talker' stdout output:",
        'one',
        'two',
        '',
      ]);
      deepEqual(messageOf(log, "DEBG 'talker' stderr output:", 3), [
        "DEBG 'talker' stderr output:",
        'oops',
        '',
      ]);
      deepEqual(messageOf(log, "DEBG 'binary' stdout output:", 2).at(1), undecodable);
    }
  });

  test('says when a text was captured, and when a child has died', async () => {
    const lines = [
      "DEBG 'caught' stdout emitted a comm event",
      'DEBG received SIGCHLD indicating a child quit',
    ];
    const logs = await activityOf(
      `
[program:caught]
command=/bin/sh -c 'echo "${token('BEGIN')}text${token('END')} and much that follows it"; exit 3'
stdout_capture_maxbytes=1000
stdout_logfile=DIR/caught.log
stderr_logfile=NONE
startretries=0
`,
      lines,
    );

    for (const log of logs) for (const line of lines) ok(log.includes(line));
  });

  test('shows what a listener says as bytes, once, and what it writes to its stderr as text', async () => {
    const logs = await activityOf(
      `
[eventlistener:ev]
command=/bin/sh -c 'printf "READY\\n"; echo oops >&2; exec sleep 1000'
events=TICK_3600
stdout_logfile=DIR/ev.log
stderr_logfile=DIR/ev.err
`,
      [String.raw`b'READY\n'`, 'oops'],
    );

    for (const log of logs) {
      deepEqual(log.filter((line) => line.includes("'ev' std")).toSorted(), [
        "DEBG 'ev' stderr output:",
        "DEBG 'ev' stdout output:",
      ]);
      deepEqual(messageOf(log, "DEBG 'ev' stdout output:", 2).at(1), String.raw`b'READY\n'`);
    }
  });

  test('says that a process was stopped while it waited for its next try', async () => {
    const flapper = `
[unix_http_server]
file=DIR/socket
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:flapper]
command=/bin/false
startretries=1000
stderr_logfile=NONE
`;

    await Promise.all(
      both.map(async (daemon) => {
        await using stage = new EventStage(daemon, flapper);
        // The wait after the second is two seconds.
        const exits = (): number => stage.activity.filter((line) => line.includes('exited: flapper')).length;
        await waitFor('the second end', () => exits() >= 2);
        // Asked by a client that need not be started first: it might come when the wait is over.
        await tsupervisorctl(['-s', `unix://${stage.scratch.path('socket')}`, 'stop', 'flapper']);
        await waitFor('the line', () =>
          stage.activity.includes('DEBG Attempted to kill flapper, which is in BACKOFF state.'),
        );
      }),
    );
  });
});
