/** The question that most commands ask first: is there a server, and do we speak its version? */
import { FAULT_CODES } from '../api/fault.ts';
import { adviceFor } from './advice.ts';
import { Fault } from './errors.ts';
import {
  GENERIC,
  INSUFFICIENT_PRIVILEGES,
  NOT_INSTALLED,
  NOT_RUNNING,
  UNIMPLEMENTED_FEATURE,
} from './exit-codes.ts';
import { codeOf } from './python-words.ts';
import { type Session } from './session.ts';

const API_VERSION = '3.0';

/** Says the line, with advice when a person reads it: scripts compare the line. */
function refuse(session: Session, { line, exitCode, error }: Refusal): false {
  const advice = session.onTerminal && error !== undefined ? adviceFor(error, session.serverurl) : undefined;
  session.say(advice === undefined ? line : `${line} (${advice})`);
  session.fail(exitCode);
  return false;
}

interface Refusal {
  readonly line: string;
  readonly exitCode: number;
  readonly error?: unknown;
}

function refusalFor(error: unknown, serverurl: string): Refusal | undefined {
  if (error instanceof Fault && error.code === FAULT_CODES.UNKNOWN_METHOD)
    return {
      line:
        'Sorry, supervisord responded but did not recognize the supervisor namespace commands that supervisorctl ' +
        'uses to control it.  Please check that the [rpcinterface:supervisor] section is enabled in the ' +
        'configuration file (see sample.conf).',
      exitCode: UNIMPLEMENTED_FEATURE,
    };
  if (codeOf(error) === 'ECONNREFUSED')
    return { line: `${serverurl} refused connection`, exitCode: INSUFFICIENT_PRIVILEGES, error };
  if (codeOf(error) === 'ENOENT') return { line: `${serverurl} no such file`, exitCode: NOT_RUNNING, error };
  return undefined;
}

function checkVersion(session: Session, version: string): boolean {
  if (version === API_VERSION) return true;
  const line =
    'Sorry, this version of supervisorctl expects to talk to a server with API version ' +
    `${API_VERSION}, but the remote version is ${version}.`;
  return refuse(session, { line, exitCode: NOT_INSTALLED });
}

/**
 * Asks the server for its version; says what is wrong when it cannot be asked.
 *
 * @returns whether to go on
 * @throws whatever the request throws that has no words of its own
 */
export async function upcheck(session: Session): Promise<boolean> {
  try {
    return checkVersion(session, await session.rpc.text('getVersion'));
  } catch (error) {
    const refusal = refusalFor(error, session.serverurl);
    if (refusal !== undefined) return refuse(session, refusal);
    session.fail(GENERIC);
    throw error;
  }
}
