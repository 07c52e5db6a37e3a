/** What start, stop, signal and clear call, and the words of their results. Source: Supervisor 4.3.0 supervisorctl.py. */
import { FAULT_CODES, SUCCESS } from '../api/fault.ts';
import { GENERIC, INVALID_ARGS } from './exit-codes.ts';
import { makeNamespec } from './namespec.ts';
import { PythonError } from './python-words.ts';
import { type ProcessResult } from './rpc.ts';

/** One thing to do with processes. */
export interface Action {
  readonly name: string;
  /** The methods for one process, for a group, for all. */
  readonly one: string;
  readonly group: string;
  readonly all: string;
  /** `cat: started`. */
  readonly done: string;
  /** Fault code → the words in `cat: ERROR (…)`. */
  readonly errors: ReadonlyMap<number, string>;
  /** A fault that does not change the exit code. */
  readonly harmless?: number;
  /** The exit code of `x:*` where there is no group x. */
  readonly noGroupExitCode: number;
}

/** Starts. */
export const start: Action = {
  name: 'start',
  one: 'startProcess',
  group: 'startProcessGroup',
  all: 'startAllProcesses',
  done: 'started',
  errors: new Map([
    [FAULT_CODES.BAD_NAME, 'no such process'],
    [FAULT_CODES.NO_FILE, 'no such file'],
    [FAULT_CODES.NOT_EXECUTABLE, 'file is not executable'],
    [FAULT_CODES.ALREADY_STARTED, 'already started'],
    [FAULT_CODES.SPAWN_ERROR, 'spawn error'],
    [FAULT_CODES.ABNORMAL_TERMINATION, 'abnormal termination'],
  ]),
  harmless: FAULT_CODES.ALREADY_STARTED,
  noGroupExitCode: INVALID_ARGS,
};

const signalErrors: ReadonlyMap<number, string> = new Map([
  [FAULT_CODES.BAD_NAME, 'no such process'],
  [FAULT_CODES.BAD_SIGNAL, 'bad signal name'],
  [FAULT_CODES.NOT_RUNNING, 'not running'],
]);

/** Stops, and waits for it. */
export const stop: Action = {
  name: 'stop',
  one: 'stopProcess',
  group: 'stopProcessGroup',
  all: 'stopAllProcesses',
  done: 'stopped',
  errors: signalErrors,
  harmless: FAULT_CODES.NOT_RUNNING,
  noGroupExitCode: GENERIC,
};

/** Sends a signal. */
export const signal: Action = {
  name: 'signal',
  one: 'signalProcess',
  group: 'signalProcessGroup',
  all: 'signalAllProcesses',
  done: 'signalled',
  errors: signalErrors,
  noGroupExitCode: GENERIC,
};

/** Empties the process logs; the server has no method for a group. */
export const clear: Action = {
  name: 'clear',
  one: 'clearProcessLogs',
  group: '',
  all: 'clearAllProcessLogs',
  done: 'cleared',
  errors: new Map([
    [FAULT_CODES.BAD_NAME, 'no such process'],
    [FAULT_CODES.FAILED, 'failed'],
  ]),
  noGroupExitCode: GENERIC,
};

/**
 * The line for one process.
 *
 * @throws PythonError ValueError for a fault that the action does not know
 */
export function resultLine({ done, errors }: Action, result: ProcessResult): string {
  const namespec = makeNamespec(result);
  if (result.status === SUCCESS) return `${namespec}: ${done}`;
  const words = errors.get(result.status);
  if (words !== undefined) return `${namespec}: ERROR (${words})`;
  if (result.status === FAULT_CODES.FAILED && errors === signalErrors) return result.description;
  throw new PythonError('ValueError', `Unknown result code ${result.status} for ${namespec}`);
}
