/** The methods that read and clear the logs of processes. Source: Supervisor's rpcinterface.py. */
import { integer, text } from './arguments.ts';
import { type Channel, type Control, type ControlledProcess } from './control.ts';
import { Fault } from './fault.ts';
import { forMany } from './many.ts';
import { mostRead } from './log-window.ts';
import { method, type Method } from './method.ts';
import { everything, mustFindOne } from './namespec.ts';
import { readLog, tailLog } from './read-log.ts';

const NAME = text('name', 'a process: `name`, or `group:name` where the two differ');
const OFFSET = integer('offset', 'where to begin, in bytes; negative: that many bytes before the end');
const LENGTH = integer('length', 'how many bytes; 0: up to the end');
const TAIL_OFFSET = integer('offset', 'how much of the log the caller has seen, in bytes');
const TAIL_LENGTH = integer('length', 'how many bytes the caller wants at the most');

const logOf = (control: Control, name: string, channel: Channel): ReturnType<ControlledProcess['log']> =>
  mustFindOne(control, name).log(channel);

const reader = (channel: Channel): Method =>
  method({
    help: `Reads a part of what a process wrote to its ${channel}. ${mostRead}`,
    params: [NAME, OFFSET, LENGTH],
    returns: { type: 'string', doc: 'that part of the log' },
    run: ({ control }, name, offset, length) => readLog(logOf(control, name, channel), { offset, length }),
  });

const tailer = (channel: Channel): Method =>
  method({
    help: `Reads the end of what a process wrote to its ${channel}: at most length bytes, and 16 MB, from offset if it can.`,
    params: [NAME, TAIL_OFFSET, TAIL_LENGTH],
    returns: {
      type: 'array',
      doc: 'the text, the size of the log, and whether the log has grown beyond the text',
    },
    run: ({ control }, name, offset, length) => tailLog(logOf(control, name, channel), { offset, length }),
  });

function clearOne(process: ControlledProcess, name: string): true {
  if (process.clearLogs() !== undefined) throw new Fault('FAILED', name);
  return true;
}

const clearLogs = method({
  help: 'Empties the logs of a process.',
  params: [NAME],
  returns: { type: 'boolean', doc: 'always true: they are empty' },
  changes: true,
  run: ({ control }, name) => clearOne(mustFindOne(control, name), name),
});

const [readStdout, tailStdout] = [reader('stdout'), tailer('stdout')];

/** The rows of the table that are about the logs of processes. */
export const LOG_METHODS: readonly (readonly [string, Method])[] = [
  ['supervisor.readProcessLog', readStdout],
  ['supervisor.readProcessStdoutLog', readStdout],
  ['supervisor.readProcessStderrLog', reader('stderr')],
  ['supervisor.tailProcessLog', tailStdout],
  ['supervisor.tailProcessStdoutLog', tailStdout],
  ['supervisor.tailProcessStderrLog', tailer('stderr')],
  ['supervisor.clearProcessLog', clearLogs],
  ['supervisor.clearProcessLogs', clearLogs],
  [
    'supervisor.clearAllProcessLogs',
    method({
      help: 'Empties the logs of every process.',
      params: [],
      returns: {
        type: 'array',
        doc: 'per process a struct of name, group, status (80, or the code of a fault) and description',
      },
      changes: true,
      run: ({ control }) => forMany({ processes: everything(control), selects: () => true, run: clearOne }),
    }),
  ],
];
