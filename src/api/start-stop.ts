/**
 * Starts, stops and signals one process, and says how that went. Source: Supervisor's rpcinterface.py, startProcess,
 * stopProcess and signalProcess, whose order of checks and texts of faults these are.
 */
import { isRunning, isSignallable, isStopped, type StateName } from '../core/process-state.ts';
import { type Control, type ControlledProcess } from './control.ts';
import { Fault } from './fault.ts';

/** Whom a fault names: the name as the client wrote it. */
export interface Request {
  readonly process: ControlledProcess;
  readonly name: string;
  /** Whether the answer waits until it is done. */
  readonly wait: boolean;
}

/** true: done; a promise: it will be, or a Fault says why not. */
type Done = true | Promise<true>;

/** Follows the process, step by step, until `judge` answers or throws. */
function follow(
  process: ControlledProcess,
  judge: (entered: readonly StateName[]) => boolean,
): Promise<true> {
  return new Promise((resolve, reject) => {
    const watch = process.observe((entered) => {
      try {
        if (!judge(entered)) return;
        resolve(true);
      } catch (error) {
        reject(error);
      }
      watch[Symbol.dispose]();
    });
  });
}

function checkCanStart({ process, name }: Request): void {
  const problem = process.findCommand();
  if (problem !== undefined) throw new Fault(problem.fault, problem.message);
  const { state } = process.look();
  if (isRunning(state)) throw new Fault('ALREADY_STARTED', name);
  if (state === 'UNKNOWN') throw new Fault('FAILED', `${name} is in an unknown process state`);
}

/** Whether it runs by now. @throws Fault SPAWN_ERROR, ABNORMAL_TERMINATION when it never will */
function hasStarted({ process, name }: Request, entered: readonly StateName[]): boolean {
  const { state, spawnError } = process.look();
  if (spawnError !== '') throw new Fault('SPAWN_ERROR', name);
  // A program that ran and has ended meanwhile was started, however short that was.
  if (state === 'RUNNING' || entered.includes('RUNNING')) return true;
  if (state !== 'STARTING') throw new Fault('ABNORMAL_TERMINATION', name);
  return false;
}

/** Starts a process. @throws Fault NO_FILE, NOT_EXECUTABLE, ALREADY_STARTED, FAILED, SPAWN_ERROR */
export function startOne(request: Request): Done {
  checkCanStart(request);
  const { process, wait } = request;
  if (process.look().state === 'STOPPING') return startStopping(request);
  process.start();
  const isUp = hasStarted(request, []);
  return isUp || !wait ? true : follow(process, (entered) => hasStarted(request, entered));
}

// It cannot be started before it has stopped, and supervisord says so only to those who wait.
function startStopping({ name, wait }: Request): true {
  if (wait) throw new Fault('ABNORMAL_TERMINATION', name);
  return true;
}

/** Whether a stop would change anything. */
export function canStop(process: ControlledProcess): boolean {
  const { state, isDue } = process.look();
  return isRunning(state) || isDue;
}

/** Stops a process. @throws Fault NOT_RUNNING, FAILED */
export function stopOne({ process, name, wait }: Request): Done {
  if (!canStop(process)) throw new Fault('NOT_RUNNING', name);
  process.stop();
  const { state, spawnError } = process.look();
  if (state === 'UNKNOWN') throw new Fault('FAILED', spawnError);
  if (!wait || isStopped(state)) return true;
  return follow(process, () => isStopped(process.look().state));
}

/** Sends a signal. @throws Fault BAD_SIGNAL, NOT_RUNNING, FAILED */
export function signalOne(
  control: Control,
  request: Omit<Request, 'wait'> & { readonly signal: string },
): true {
  const { process, name, signal } = request;
  const number = control.signalNumber(signal);
  if (number === undefined) throw new Fault('BAD_SIGNAL', signal);
  if (!isSignallable(process.look().state)) throw new Fault('NOT_RUNNING', name);
  const why = process.signal(number);
  if (why !== undefined) throw new Fault('FAILED', why);
  return true;
}
