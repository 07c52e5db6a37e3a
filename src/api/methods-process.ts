/** The methods that look at processes, start, stop and signal them. Source: Supervisor's rpcinterface.py. */
import { isRunning, isSignallable } from '../core/process-state.ts';
import { bytes, flag, signal, text } from './arguments.ts';
import { type Control, type ControlledProcess } from './control.ts';
import { Fault } from './fault.ts';
import { forMany } from './many.ts';
import { method, type Method } from './method.ts';
import { everything, groupMembers, mustFind, mustFindOne } from './namespec.ts';
import { plannedStructs } from './planned-struct.ts';
import { processStruct } from './process-struct.ts';
import { canStop, signalOne, startOne, stopOne } from './start-stop.ts';
import { type XmlRpcValue } from './xml-rpc.ts';

type Processes = readonly ControlledProcess[];

const NAME = text('name', 'a process: `name`, or `group:name` where the two differ');
const NAME_OR_GROUP = text('name', 'a process, or all of a group: `group:*`');
const GROUP = text('name', 'the name of a group');
const WAIT = flag('wait', 'whether to answer only when it is done; true when left out');
const SIGNAL = signal('signal', 'a name (`HUP`, `SIGHUP`) or a number');

const DONE = { type: 'boolean', doc: 'always true; for a group the array of results' } as const;
const RESULTS = {
  type: 'array',
  doc: 'per process a struct of name, group, status (80, or the code of a fault) and description',
} as const;

const startMany = (processes: Processes, wait: boolean): Promise<XmlRpcValue> =>
  forMany({
    processes,
    selects: (process) => !isRunning(process.look().state),
    run: (process, name) => startOne({ process, name, wait }),
  });

const stopMany = (processes: Processes, wait: boolean): Promise<XmlRpcValue> =>
  forMany({
    processes,
    selects: canStop,
    run: (process, name) => stopOne({ process, name, wait }),
  });

const signalMany = (control: Control, processes: Processes, wanted: string): Promise<XmlRpcValue> =>
  forMany({
    processes,
    selects: (process) => isSignallable(process.look().state),
    run: (process, name) => signalOne(control, { process, name, signal: wanted }),
  });

/** The processes of a group that is named like one process, `group:*`, or that process. */
function oneOrGroup(control: Control, name: string): ControlledProcess | Processes {
  const { group, process } = mustFind(control, name);
  return process ?? groupMembers(control, group.name);
}

const isMany = (found: ControlledProcess | Processes): found is Processes => Array.isArray(found);

const byCode = (one: { readonly name: string }, other: { readonly name: string }): number =>
  Number(one.name > other.name) - Number(one.name < other.name);

const inAlphabeticalOrder = ({ groups }: Control): Processes =>
  [...groups.values()].toSorted(byCode).flatMap(({ processes }) => [...processes.values()].toSorted(byCode));

function sendStdin(control: Control, name: string, chars: Uint8Array): true {
  const process = mustFindOne(control, name);
  const { pid, state } = process.look();
  if (pid === 0 || state === 'STOPPING') throw new Fault('NOT_RUNNING', name);
  const outcome = process.sendStdin(chars);
  if (outcome === 'closed') throw new Fault('NO_FILE', name);
  if (outcome === 'full') throw new Fault('FAILED', `${name} has not read what it was sent before`);
  return true;
}

const LOOK: readonly (readonly [string, Method])[] = [
  [
    'supervisor.getProcessInfo',
    method({
      help: 'Tells everything about one process.',
      params: [NAME],
      returns: { type: 'struct', doc: 'name, group, state, pid, times, log files, description' },
      run: ({ control }, name) => processStruct(mustFindOne(control, name), new Date()),
    }),
  ],
  [
    'supervisor.getAllProcessInfo',
    method({
      help: 'Tells everything about every process, in alphabetical order of group and name.',
      params: [],
      returns: { type: 'array', doc: 'the structs of getProcessInfo' },
      run: ({ control }) => inAlphabeticalOrder(control).map((process) => processStruct(process, new Date())),
    }),
  ],
  [
    'supervisor.getAllConfigInfo',
    method({
      help: 'Tells the options of every process in the configuration that was read last.',
      params: [],
      returns: { type: 'array', doc: 'one struct per process; `none` stands for what is not set' },
      run: ({ control }) => plannedStructs(control.planned()),
    }),
  ],
];

const START: readonly (readonly [string, Method])[] = [
  [
    'supervisor.startProcess',
    method({
      help: 'Starts a process. With wait it answers when the process is RUNNING or has failed.',
      params: [NAME_OR_GROUP, WAIT],
      returns: DONE,
      changes: true,
      run: ({ control }, name, wait) => {
        const found = oneOrGroup(control, name);
        return isMany(found) ? startMany(found, wait) : startOne({ process: found, name, wait });
      },
    }),
  ],
  [
    'supervisor.startProcessGroup',
    method({
      help: 'Starts the processes of a group that do not run.',
      params: [GROUP, WAIT],
      returns: RESULTS,
      changes: true,
      run: ({ control }, name, wait) => startMany(groupMembers(control, name), wait),
    }),
  ],
  [
    'supervisor.startAllProcesses',
    method({
      help: 'Starts every process that does not run.',
      params: [WAIT],
      returns: RESULTS,
      changes: true,
      run: ({ control }, wait) => startMany(everything(control), wait),
    }),
  ],
];

const STOP: readonly (readonly [string, Method])[] = [
  [
    'supervisor.stopProcess',
    method({
      help: 'Stops a process. With wait it answers when the process has ended.',
      params: [NAME_OR_GROUP, WAIT],
      returns: DONE,
      changes: true,
      run: ({ control }, name, wait) => {
        const found = oneOrGroup(control, name);
        return isMany(found) ? stopMany(found, wait) : stopOne({ process: found, name, wait });
      },
    }),
  ],
  [
    'supervisor.stopProcessGroup',
    method({
      help: 'Stops the processes of a group.',
      params: [GROUP, WAIT],
      returns: RESULTS,
      changes: true,
      run: ({ control }, name, wait) => stopMany(groupMembers(control, name), wait),
    }),
  ],
  [
    'supervisor.stopAllProcesses',
    method({
      help: 'Stops every process.',
      params: [WAIT],
      returns: RESULTS,
      changes: true,
      run: ({ control }, wait) => stopMany(everything(control), wait),
    }),
  ],
];

const SIGNALS: readonly (readonly [string, Method])[] = [
  [
    'supervisor.signalProcess',
    method({
      help: 'Sends a signal to a process, and to it alone.',
      params: [NAME_OR_GROUP, SIGNAL],
      returns: DONE,
      changes: true,
      run: ({ control }, name, wanted) => {
        const found = oneOrGroup(control, name);
        return isMany(found)
          ? signalMany(control, found, wanted)
          : signalOne(control, { process: found, name, signal: wanted });
      },
    }),
  ],
  [
    'supervisor.signalProcessGroup',
    method({
      help: 'Sends a signal to the processes of a group.',
      params: [GROUP, SIGNAL],
      returns: RESULTS,
      changes: true,
      run: ({ control }, name, wanted) => signalMany(control, groupMembers(control, name), wanted),
    }),
  ],
  [
    'supervisor.signalAllProcesses',
    method({
      help: 'Sends a signal to every process.',
      params: [SIGNAL],
      returns: RESULTS,
      changes: true,
      run: ({ control }, wanted) => signalMany(control, everything(control), wanted),
    }),
  ],
  [
    'supervisor.sendProcessStdin',
    method({
      help: 'Writes to the standard input of a process. What it does not read at once is kept for it.',
      params: [NAME, bytes('chars', 'what to write: text, as UTF-8, or base64')],
      returns: { type: 'boolean', doc: 'always true: it is on its way' },
      changes: true,
      run: ({ control }, name, chars) => sendStdin(control, name, chars),
    }),
  ],
];

/** The rows of the table that are about processes. */
export const PROCESS_METHODS: readonly (readonly [string, Method])[] = [
  ...LOOK,
  ...START,
  ...STOP,
  ...SIGNALS,
];
