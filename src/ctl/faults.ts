/** The RPC faults that the client knows. Source: Supervisor 4.3.0 xmlrpc.py, Faults. */
export const UNKNOWN_METHOD = 1;
/** The daemon shuts down or restarts. */
export const SHUTDOWN_STATE = 6;
/** No such process or group. */
export const BAD_NAME = 10;
/** No such signal. */
export const BAD_SIGNAL = 11;
/** No such command, or no log file. */
export const NO_FILE = 20;
/** The command cannot be executed. */
export const NOT_EXECUTABLE = 21;
/** Anything else; the text says what. */
export const FAILED = 30;
/** The process ended while it was starting. */
export const ABNORMAL_TERMINATION = 40;
/** The process could not be spawned. */
export const SPAWN_ERROR = 50;
/** start: it already runs. */
export const ALREADY_STARTED = 60;
/** stop, signal: it does not run. */
export const NOT_RUNNING = 70;
/** The status of a result that is no fault. */
export const SUCCESS = 80;
/** add: the group is active. */
export const ALREADY_ADDED = 90;
/** remove: the group still runs. */
export const STILL_RUNNING = 91;
/** The config file cannot be read. */
export const CANT_REREAD = 92;
