/**
 * health: is everything that should be up, up? One line and an exit code, for a container's health check.
 *
 * tsupervisor itself knows (`/readyz`: health checks, one-shots). A server without that page, supervisord, is judged by
 * the states of its processes: RUNNING is up; STOPPED was asked for; EXITED is over, and well unless its exit code was
 * not expected; everything else is not up.
 */
import { text as readText } from 'node:stream/consumers';
import { adviceFor } from './advice.ts';
import { type Command, type Outcome } from './command.ts';
import { GENERIC } from './exit-codes.ts';
import { makeNamespec } from './namespec.ts';
import { pythonWords } from './python-words.ts';
import { type ProcessInfo } from './rpc.ts';
import { type Session } from './session.ts';

const READY_PATH = '/readyz';

const isWell = ({ statename, spawnerr }: ProcessInfo): boolean =>
  statename === 'RUNNING' || statename === 'STOPPED' || (statename === 'EXITED' && spawnerr === '');

const complaint = (info: ProcessInfo): string => {
  const { statename, spawnerr } = info;
  return `${makeNamespec(info)} is ${statename}${spawnerr === '' ? '' : ` (${spawnerr})`}`;
};

/** What is not up, in one line; '' when everything is. */
export const complaintsAbout = (processes: readonly ProcessInfo[]): string =>
  processes
    .filter((info) => !isWell(info))
    .map(complaint)
    .join(', ');

/** What the server itself says. @returns undefined when it has no such page */
async function askReady(session: Session): Promise<string | undefined> {
  const response = await session.transport.open(READY_PATH);
  const body = (await readText(response)).trim().replaceAll(/\s*\n\s*/g, ', ');
  if (response.statusCode === 200) return '';
  return response.statusCode === 503 ? body || 'not ready' : undefined;
}

const judge = async (session: Session): Promise<string> =>
  (await askReady(session)) ?? complaintsAbout(await session.rpc.allProcesses());

function explain(session: Session, error: unknown): string {
  const advice = adviceFor(error, session.serverurl);
  return `cannot ask ${session.serverurl}: ${pythonWords(error).message}${advice === undefined ? '' : ` (${advice})`}`;
}

// 1 and nothing else: Docker reserves 2.
async function run(session: Session): Promise<Outcome> {
  const wrong = await judge(session).catch((error: unknown) => explain(session, error));
  session.say(wrong === '' ? 'healthy' : `unhealthy: ${wrong}`);
  if (wrong !== '') session.fail(GENERIC);
  return 'stay';
}

/** health */
export const health: Command = {
  name: 'health',
  usage: [
    {
      form: 'health',
      meaning: 'Exit 0 when everything that should be up is up, else say what is not',
      own: true,
    },
  ],
  meaningColumn: 16,
  needsServer: false,
  completion: 'nothing',
  own: true,
  run,
};
