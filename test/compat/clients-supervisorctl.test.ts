import { waitFor } from '../support/wait-for.ts';
import { PROGRAMS, type Server, sleeper } from './clients-rig.ts';
import { same } from './clients-same.ts';
import { each, supervisorctl } from './clients-transcript.ts';
import { type Ran } from './ctl-rig.ts';

same('looking', {
  steps: [
    ...each('status | status all | status cat | status cat nope m:* zz:* | status m | status pair:left'),
    ...each('status cat cat | status once | status nope | status zz:* | status spare | status cat:cat'),
    ...each('pid | pid all | pid cat | pid spare | pid nope | pid cat spare | pid m:* | pid pair:left'),
    ...each('avail | avail x | version | version x | help | help status | help nope'),
    ...each(
      'tail | tail talker | tail talker stderr | tail talker STDERR | tail talker foo | tail -5 talker',
    ),
    ...each(
      'tail -0 talker | tail --5 talker | tail -x talker | tail -f | tail -5 | tail -5 a b c | tail nope',
    ),
    ...each('tail m:m_0 | tail m:* | tail m:m_0 stderr | tail nope stderr | tail -f nope | tail -f m:m_0'),
    ...each('maintail x | maintail -x | maintail -5 x | fg | fg a b | fg nope | fg spare | fg m:*'),
    ...each('foo | foo bar | !ls | Status | open | open ftp://x | open unix://DIR/s.sock | exit | quit'),
  ],
});

/** Whether a start is answered when another client stops the process. */
async function aStartThatIsStopped(server: Server): Promise<unknown> {
  const words = ['-c', server.config];
  const started = supervisorctl(server, [...words, 'start', 'slow']);
  await waitFor('slow in STARTING', async () => / STARTING/.test((await slow(server)).stdout));
  const stopped = await supervisorctl(server, [...words, 'stop', 'slow']);
  return [stopped, await started];
}

const slow = (server: Server): Promise<Ran> => supervisorctl(server, ['-c', server.config, 'status', 'slow']);

same('acting on processes', {
  steps: [
    ...each('start | start cat | start nope | start zz:* | start nofile | start notexec | start quick'),
    ...each('start spare nope cat zz:* | stop spare | stop spare | stop | stop nope zz:* | stop m:m_0'),
    ...each('start m: | stop m:* | stop m:* | start m:* | start m:* | start ready | restart ready | status'),
    ...each('restart | restart spare | restart nope | restart zz:* | restart cat talker | restart pair:*'),
    ...each('signal | signal HUP | signal XX cat | signal USR1 quick | signal CONT once nope zz:* m:nope'),
    ...each('signal CONT talker | signal SIGCONT talker | signal 18 talker | signal 0 cat | signal XX all'),
    ...each('signal CONT all | signal CONT m:* | signal CONT pair: | signal XX m:* | status'),
    aStartThatIsStopped,
    ...each('stop all | stop all | status | start pair:* | stop pair:left pair:right spare'),
  ],
});

// supervisord clears one log a second.
const LOGGING =
  PROGRAMS.slice(0, PROGRAMS.indexOf('[program:once]')) +
  sleeper('m', 'numprocs=2\nprocess_name=m_%(process_num)d\n');

same('clearing logs', {
  programs: LOGGING,
  steps: each(
    'clear | clear nope | clear talker nope | tail talker | tail talker stderr | clear m:m_0 | clear all | clear m:*',
  ),
});

/** What is typed into one shell, by the line. */
const TYPED: readonly (readonly string[])[] = [
  [],
  ['status cat'],
  ['', '', '  ', 'version', 'exit', 'version'],
  ['foo', '? pid', 'quit'],
  ['stop spare', 'EOF'],
  ['avail x', 'pid spare'],
  ['shutdown', 'n', 'pid cat'],
  ['reload', 'no'],
  ['tail -5 talker', 'help pid'],
  ['restart cat', 'status cat'],
  ['start nope', 'stop pair:left', 'start pair:left'],
  ['fg nope', 'fg'],
  ['signal CONT cat', 'reread', 'update', 'remove cat', 'add cat'],
];

same('the shell that a script types into', {
  steps: TYPED.map((lines) => ({ input: lines.map((line) => `${line}\n`).join('') })),
});
