/** The methods about the whole. Source: Supervisor's rpcinterface.py. */
import { anything, integer, text } from './arguments.ts';
import { type Control } from './control.ts';
import { Fault } from './fault.ts';
import { supervisorVersion } from '../core/supervisor-version.ts';
import { mostRead } from './log-window.ts';
import { readLog } from './read-log.ts';
import { method, type Method } from './method.ts';
import { type XmlRpcValue } from './xml-rpc.ts';

/** The version of the RPC interface that clients expect (Supervisor's API_VERSION). */
const API_VERSION = '3.0';

const MOOD_CODES = { RUNNING: 1, RESTARTING: 0, SHUTDOWN: -1 } as const;

const done = (doc: string): Method['returns'] => ({ type: 'boolean', doc: `always true: ${doc}` });

const apiVersion = method({
  help: 'Tells the version of this interface.',
  params: [],
  returns: { type: 'string', doc: 'the version' },
  run: () => API_VERSION,
});

const mainLog = method({
  help: `Reads a part of the activity log. ${mostRead}`,
  params: [
    integer('offset', 'where to begin, in bytes; negative: that many bytes before the end'),
    integer('length', 'how many bytes; 0: up to the end'),
  ],
  returns: { type: 'string', doc: 'that part of the log' },
  run: ({ control }, offset, length) => readLog(control.activityLog, { offset, length }),
});

function clearLog(control: Control): true {
  if (control.activityLog.kind === 'none') throw new Fault('NO_FILE');
  const why = control.clearActivityLog();
  if (why !== undefined) throw why === 'ENOENT' ? new Fault('NO_FILE') : new Fault('FAILED');
  return true;
}

function reloadConfig(control: Control): XmlRpcValue {
  const read = control.reread();
  if ('problem' in read) throw new Fault('CANT_REREAD', read.problem);
  return [[read.added, read.changed, read.removed]];
}

function addGroup(control: Control, name: string): true {
  const outcome = control.addGroup(name);
  if (outcome === 'unknown') throw new Fault('BAD_NAME', name);
  if (outcome === 'alreadyAdded') throw new Fault('ALREADY_ADDED', name);
  return true;
}

function removeGroup(control: Control, name: string): true {
  const outcome = control.removeGroup(name);
  if (outcome === 'unknown') throw new Fault('BAD_NAME', name);
  if (outcome === 'stillRunning') throw new Fault('STILL_RUNNING', name);
  return true;
}

/** The rows of the table that are about the daemon, its log and its configuration. */
export const DAEMON_METHODS: readonly (readonly [string, Method])[] = [
  ['supervisor.getAPIVersion', apiVersion],
  ['supervisor.getVersion', apiVersion],
  [
    'supervisor.getSupervisorVersion',
    method({
      help: 'Tells which version of Supervisor is reproduced.',
      params: [],
      returns: { type: 'string', doc: 'the version' },
      run: () => supervisorVersion,
    }),
  ],
  [
    'supervisor.getIdentification',
    method({
      help: 'Tells the `identifier` of the [supervisord] section.',
      params: [],
      returns: { type: 'string', doc: 'the identifier' },
      run: ({ control }) => control.identifier,
    }),
  ],
  [
    'supervisor.getState',
    method({
      help: 'Tells what the whole is doing. It answers while everything is being stopped, too.',
      params: [],
      returns: { type: 'struct', doc: 'statecode and statename: 1 RUNNING, 0 RESTARTING, -1 SHUTDOWN' },
      always: true,
      run: ({ control: { mood } }) =>
        new Map<string, XmlRpcValue>([
          ['statecode', MOOD_CODES[mood]],
          ['statename', mood],
        ]),
    }),
  ],
  [
    'supervisor.getPID',
    method({
      help: 'Tells the pid of the daemon.',
      params: [],
      returns: { type: 'int', doc: 'the pid' },
      run: ({ control }) => control.pid,
    }),
  ],
  ['supervisor.readLog', mainLog],
  ['supervisor.readMainLog', mainLog],
  [
    'supervisor.clearLog',
    method({
      help: 'Empties the activity log.',
      params: [],
      returns: done('it is empty'),
      changes: true,
      run: ({ control }) => clearLog(control),
    }),
  ],
  [
    'supervisor.shutdown',
    method({
      help: 'Stops everything, then ends the daemon. The answer comes before that.',
      params: [],
      returns: done('it has begun'),
      changes: true,
      run: ({ control }) => {
        control.shutDown();
        return true;
      },
    }),
  ],
  [
    'supervisor.restart',
    method({
      help: 'Reads the configuration again, stops everything and starts anew. The answer comes before that.',
      params: [],
      returns: done('it has begun'),
      changes: true,
      run: ({ control }) => {
        const problem = control.restart();
        if (problem !== undefined) throw new Fault('CANT_REREAD', problem);
        return true;
      },
    }),
  ],
  [
    'supervisor.reloadConfig',
    method({
      help: 'Reads the configuration again and tells what differs. Nothing is started or stopped.',
      params: [],
      returns: {
        type: 'array',
        doc: 'one array of three: the names of the groups added, changed and removed',
      },
      changes: true,
      run: ({ control }) => reloadConfig(control),
    }),
  ],
  [
    'supervisor.addProcessGroup',
    method({
      help: 'Activates a group of the configuration that was read last; its autostart processes start.',
      params: [text('name', 'the group')],
      returns: done('the group is active'),
      changes: true,
      run: ({ control }, name) => addGroup(control, name),
    }),
  ],
  [
    'supervisor.removeProcessGroup',
    method({
      help: 'Removes a group whose processes have all stopped.',
      params: [text('name', 'the group')],
      returns: done('the group is gone'),
      changes: true,
      run: ({ control }, name) => removeGroup(control, name),
    }),
  ],
  [
    'supervisor.sendRemoteCommEvent',
    method({
      help: 'Makes a REMOTE_COMMUNICATION event, which event listeners are told of.',
      params: [anything('type', "the event's type, free text"), anything('data', 'its body')],
      returns: done('the event was made'),
      always: true,
      changes: true,
      run: ({ control }, type, data) => {
        control.sendRemoteEvent({ type, data });
        return true;
      },
    }),
  ],
];
