/** The states of a process and their codes, as Supervisor's API reports them (supervisor/states.py). */
export const STATE_CODES = {
  STOPPED: 0,
  STARTING: 10,
  RUNNING: 20,
  BACKOFF: 30,
  STOPPING: 40,
  EXITED: 100,
  FATAL: 200,
  UNKNOWN: 1000,
} as const;

/** The name of a process state. */
export type StateName = keyof typeof STATE_CODES;

const STOPPED_STATES: ReadonlySet<StateName> = new Set(['STOPPED', 'EXITED', 'FATAL', 'UNKNOWN']);
const RUNNING_STATES: ReadonlySet<StateName> = new Set(['RUNNING', 'BACKOFF', 'STARTING']);
const SIGNALLABLE_STATES: ReadonlySet<StateName> = new Set(['RUNNING', 'STARTING', 'STOPPING']);

/** Whether a shutdown need not wait for a process in this state (Supervisor: STOPPED_STATES). */
export const isStopped = (name: StateName): boolean => STOPPED_STATES.has(name);

/** Whether a process in this state counts as started (Supervisor: RUNNING_STATES). */
export const isRunning = (name: StateName): boolean => RUNNING_STATES.has(name);

/** Whether a process in this state can be sent a signal (Supervisor: SIGNALLABLE_STATES). */
export const isSignallable = (name: StateName): boolean => SIGNALLABLE_STATES.has(name);
