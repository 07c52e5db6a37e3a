/** The faults of the RPC interface: supervisord's codes and names (xmlrpc.py, Faults). */
export const FAULT_CODES = {
  UNKNOWN_METHOD: 1,
  INCORRECT_PARAMETERS: 2,
  BAD_ARGUMENTS: 3,
  SIGNATURE_UNSUPPORTED: 4,
  SHUTDOWN_STATE: 6,
  BAD_NAME: 10,
  BAD_SIGNAL: 11,
  NO_FILE: 20,
  NOT_EXECUTABLE: 21,
  FAILED: 30,
  ABNORMAL_TERMINATION: 40,
  SPAWN_ERROR: 50,
  ALREADY_STARTED: 60,
  NOT_RUNNING: 70,
  ALREADY_ADDED: 90,
  STILL_RUNNING: 91,
  CANT_REREAD: 92,
} as const;

/** The `status` of a result that is no fault (Supervisor: Faults.SUCCESS). */
export const SUCCESS = 80;

/** The name of a fault. */
export type FaultName = keyof typeof FAULT_CODES;

/** The answer of a method that could not do what it was asked; `text` is `NAME` or `NAME: detail`. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: number;
  readonly text: string;

  constructor(name: FaultName, detail?: string) {
    const text = detail === undefined ? name : `${name}: ${detail}`;
    super(text);
    this.code = FAULT_CODES[name];
    this.text = text;
  }
}
