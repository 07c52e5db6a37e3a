/**
 * health: is everything that should be up, up? One line and an exit code, for a container's health check.
 *
 * A server is judged by the states of its processes: RUNNING is up; STOPPED was asked for; EXITED is over, and well unless
 * its exit code was not expected; everything else is not up. A server that has a page `/readyz` knows better (200 or 503):
 * neither supervisord nor tsupervisor has it, but what stands in front of them may.
 */
import { adviceFor } from './advice.ts';
import { type Command, type Outcome } from './command.ts';
import { GENERIC } from './exit-codes.ts';
import { makeNamespec } from './namespec.ts';
import { pythonWords } from './python-words.ts';
import { textOf } from './transport.ts';
import { type ProcessInfo } from './rpc.ts';
import { type Client } from './client.ts';

const READY_PATH = '/readyz';

const isWell = ({ statename, spawnerr }: ProcessInfo): boolean =>
  statename === 'RUNNING' || statename === 'STOPPED' || (statename === 'EXITED' && spawnerr === '');

const complaint = (info: ProcessInfo): string => {
  const { statename, spawnerr } = info;
  return `${makeNamespec(info)} is ${statename}${spawnerr === '' ? '' : ` (${spawnerr})`}`;
};

/** What is not up, in one line; '' when everything is. */
const complaintsAbout = (processes: readonly ProcessInfo[]): string =>
  processes
    .filter((info) => !isWell(info))
    .map(complaint)
    .join(', ');

/** What the server itself says. @returns undefined when it has no such page */
async function askReady(client: Client): Promise<string | undefined> {
  const response = await client.transport.open(READY_PATH);
  const lines = (await textOf(response)).split('\n').map((line) => line.trim());
  const body = lines.filter((line) => line !== '').join(', ');
  if (response.statusCode === 200) return '';
  return response.statusCode === 503 ? body || 'not ready' : undefined;
}

const judge = async (client: Client): Promise<string> =>
  (await askReady(client)) ?? complaintsAbout(await client.rpc.allProcesses());

function explain(client: Client, error: unknown): string {
  const advice = adviceFor(error, client.serverurl);
  return `cannot ask ${client.serverurl}: ${pythonWords(error).message}${advice === undefined ? '' : ` (${advice})`}`;
}

// 1 and nothing else: Docker reserves 2.
async function run(client: Client): Promise<Outcome> {
  const wrong = await judge(client).catch((error: unknown) => explain(client, error));
  client.say(wrong === '' ? 'healthy' : `unhealthy: ${wrong}`);
  if (wrong !== '') client.fail(GENERIC);
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
