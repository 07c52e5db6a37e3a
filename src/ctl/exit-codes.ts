/** The exit codes of supervisorctl, after LSB. Source: Supervisor 4.3.0 supervisorctl.py. */
export const GENERIC = 1;
/** Usage errors; `start` of an unknown group. */
export const INVALID_ARGS = 2;
/** `status`: a process is stopped, exited, fatal or unknown. */
export const STATUS_NOT_RUNNING = 3;
/** The server lacks the supervisor namespace. */
export const UNIMPLEMENTED_FEATURE = 3;
/** `status`: an unknown name, or no server. */
export const STATUS_UNKNOWN = 4;
/** The server refuses the connection. */
export const INSUFFICIENT_PRIVILEGES = 4;
/** The server speaks another version. */
export const NOT_INSTALLED = 5;
/** The process, or the server's socket, is not there. */
export const NOT_RUNNING = 7;
