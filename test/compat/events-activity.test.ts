/** What `loglevel=debug` tells of the output and the ends of programs: the same lines from both. */
import { deepEqual, ok } from 'node:assert/strict';
import { suite, test } from 'node:test';
import { supervisorctl } from '../support/paths.ts';
import { waitFor } from '../support/wait-for.ts';
import { type DaemonName, EventStage } from './events-rig.ts';

const both = ['supervisord', 'tsupervisor'] as const satisfies readonly DaemonName[];

/** Whatever a daemon does before it writes this line is done. */
const lastLine =
  'INFO success: end entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)';

const end = `
[program:end]
command=/bin/sleep 1000
stdout_logfile=NONE
stderr_logfile=NONE
`;

/** The activity log of each, as far as it is about a program and is the same in every run. */
async function activityOf(config: string): Promise<readonly (readonly string[])[]> {
  return await Promise.all(
    both.map(async (daemon) => {
      await using stage = new EventStage(daemon, config + end);
      return await waitFor('the end', () => stage.activity.includes(lastLine) && stage.activity);
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
    const logs = await activityOf(`
[program:talker]
command=/bin/sh -c 'printf "one\\ntwo\\n"; sleep 0.2; echo oops >&2; sleep 0.2; printf "\\377\\n"; exec sleep 1000'
stdout_logfile=NONE
stderr_logfile=DIR/talker.err
`);

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
      ok(log.includes(String.raw`Undecodable: b'\xff\n'`));
    }
  });

  test('says when a text was captured, and when a child has died', async () => {
    const logs = await activityOf(`
[program:caught]
command=/bin/sh -c 'echo "${token('BEGIN')}text${token('END')} and much that follows it"; exit 3'
stdout_capture_maxbytes=1000
stdout_logfile=DIR/caught.log
stderr_logfile=NONE
startretries=0
`);

    for (const log of logs) {
      ok(log.includes("DEBG 'caught' stdout emitted a comm event"));
      ok(log.includes('DEBG received SIGCHLD indicating a child quit'));
    }
  });

  test('shows what a listener says as bytes, once, and what it writes to its stderr as text', async () => {
    const logs = await activityOf(`
[eventlistener:ev]
command=/bin/sh -c 'printf "READY\\n"; echo oops >&2; exec sleep 1000'
events=TICK_3600
stdout_logfile=DIR/ev.log
stderr_logfile=DIR/ev.err
`);

    for (const log of logs) {
      deepEqual(
        log.filter((line) => line.includes("'ev' std")),
        ["DEBG 'ev' stdout output:", "DEBG 'ev' stderr output:"],
      );
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
        await stage.init.run([
          supervisorctl,
          '-s',
          `unix://${stage.scratch.path('socket')}`,
          'stop',
          'flapper',
        ]);
        await waitFor('the line', () =>
          stage.activity.includes('DEBG Attempted to kill flapper, which is in BACKOFF state.'),
        );
      }),
    );
  });
});
