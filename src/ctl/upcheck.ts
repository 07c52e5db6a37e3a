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
import { type Client } from './client.ts';

const API_VERSION = '3.0';

/** Says the line, with advice when a person reads it: scripts compare the line. */
function refuse(client: Client, { line, exitCode, error }: Refusal): false {
  const advice = client.onTerminal && error !== undefined ? adviceFor(error, client.serverurl) : undefined;
  client.say(advice === undefined ? line : `${line} (${advice})`);
  client.fail(exitCode);
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

function checkVersion(client: Client, version: string): boolean {
  if (version === API_VERSION) return true;
  const line =
    'Sorry, this version of supervisorctl expects to talk to a server with API version ' +
    `${API_VERSION}, but the remote version is ${version}.`;
  return refuse(client, { line, exitCode: NOT_INSTALLED });
}

/**
 * Asks the server for its version; says what is wrong when it cannot be asked.
 *
 * @returns whether to go on
 * @throws whatever the request throws that has no words of its own
 */
export async function upcheck(client: Client): Promise<boolean> {
  try {
    return checkVersion(client, await client.rpc.text('getVersion'));
  } catch (error) {
    const refusal = refusalFor(error, client.serverurl);
    if (refusal !== undefined) return refuse(client, refusal);
    client.fail(GENERIC);
    throw error;
  }
}
