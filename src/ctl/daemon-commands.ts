/** pid, version, shutdown, reload, open, and the ways out of the shell. Source: Supervisor 4.3.0 supervisorctl.py. */
import { FAULT_CODES } from '../api/fault.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { Fault } from './errors.ts';
import { GENERIC, NOT_RUNNING, STATUS_UNKNOWN } from './exit-codes.ts';
import { inOrder } from './in-order.ts';
import { misuse, refuseUse } from './misuse.ts';
import { codeOf, PythonError } from './python-words.ts';
import { numberFrom } from './rpc.ts';
import { schemeOf } from './server-url.ts';
import { type Client } from './client.ts';
import { showStatus } from './status.ts';
import { upcheck } from './upcheck.ts';

async function showPid(client: Client, name: string): Promise<void> {
  try {
    const { pid } = await client.rpc.process(name);
    client.say(`${pid}`);
    if (pid === 0) client.fail(NOT_RUNNING);
  } catch (error) {
    if (!(error instanceof Fault && error.code === FAULT_CODES.BAD_NAME)) throw error;
    refuseUse(client, `No such process ${name}`);
  }
}

async function runPid(client: Client, rest: string): Promise<Outcome> {
  const names = wordsOf(rest);
  if (names.length === 0) client.say(`${numberFrom(await client.rpc.call('getPID'))}`);
  else if (names.includes('all')) for (const { pid } of await client.rpc.allProcesses()) client.say(`${pid}`);
  else await inOrder(names, (name) => showPid(client, name));
  return 'stay';
}

async function runVersion(client: Client, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(client, { name: 'version', says: 'Error: version accepts no arguments' });
  if (await upcheck(client)) client.say(await client.rpc.text('getSupervisorVersion'));
  return 'stay';
}

/** Asks in the shell, and with -i; elsewhere the answer is yes. */
async function isConfirmed(client: Client, question: string): Promise<boolean> {
  if (!client.interactive) return true;
  const answer = await client.lines.ask(`${question} y/N? `);
  if (answer === undefined) throw new PythonError('EOFError', 'EOF when reading a line');
  return answer.toLowerCase().startsWith('y');
}

const GONE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refused connection'],
  ['ENOENT', 'no such file'],
]);

function explainShutdown(client: Client, error: unknown): void {
  if (error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE) {
    client.say('ERROR: already shutting down');
    return;
  }
  client.fail(GENERIC);
  const words = GONE.get(codeOf(error) ?? '');
  if (words === undefined) throw error;
  client.say(`ERROR: ${client.serverurl} ${words} (already shut down?)`);
}

async function runShutdown(client: Client, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(client, { name: 'shutdown', says: 'Error: shutdown accepts no arguments' });
  if (!(await isConfirmed(client, 'Really shut the remote supervisord process down'))) return 'stay';
  try {
    await client.rpc.call('shutdown');
    client.say('Shut down');
  } catch (error) {
    explainShutdown(client, error);
  }
  return 'stay';
}

async function runReload(client: Client, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(client, { name: 'reload', says: 'Error: reload accepts no arguments' });
  if (!(await isConfirmed(client, 'Really restart the remote supervisord process'))) return 'stay';
  try {
    await client.rpc.call('restart');
    client.say('Restarted supervisord');
  } catch (error) {
    if (!(error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE)) throw error;
    refuseUse(client, 'ERROR: already shutting down');
  }
  return 'stay';
}

async function runOpen(client: Client, url: string): Promise<Outcome> {
  if (!['http', 'unix'].includes(schemeOf(url)))
    return refuseUse(client, 'ERROR: url must be http:// or unix://');
  client.connect({ ...client.server, serverurl: url });
  const { exitCode } = client;
  if (await upcheck(client)) await showStatus(client, []);
  else client.fail(STATUS_UNKNOWN);
  client.fail(exitCode);
  return 'stay';
}

const runQuit = (client: Client): Promise<Outcome> => {
  client.say('');
  return Promise.resolve('leave');
};

const plain = { needsServer: false, completion: 'nothing' } as const;

/** pid, version, shutdown, reload, open, exit, quit. */
export const daemonCommands: readonly Command[] = [
  {
    ...plain,
    name: 'pid',
    usage: [
      { form: 'pid', meaning: 'Get the PID of supervisord.' },
      { form: 'pid <name>', meaning: 'Get the PID of a single child process by name.' },
      { form: 'pid all', meaning: 'Get the PID of every child process, one per line.' },
    ],
    meaningColumn: 24,
    needsServer: true,
    completion: 'processes',
    run: runPid,
  },
  {
    ...plain,
    name: 'version',
    usage: [{ form: 'version', meaning: 'Show the version of the remote supervisord process' }],
    meaningColumn: 24,
    run: runVersion,
  },
  {
    ...plain,
    name: 'shutdown',
    usage: [{ form: 'shutdown ', meaning: 'Shut the remote supervisord down.' }],
    meaningColumn: 16,
    run: runShutdown,
  },
  {
    ...plain,
    name: 'reload',
    usage: [{ form: 'reload ', meaning: 'Restart the remote supervisord.' }],
    meaningColumn: 16,
    run: runReload,
  },
  {
    ...plain,
    name: 'open',
    usage: [
      { form: 'open <url>', meaning: 'Connect to a remote supervisord process.' },
      { form: '', meaning: '(for UNIX domain socket, use unix:///socket/path)' },
    ],
    meaningColumn: 16,
    run: runOpen,
  },
  {
    ...plain,
    name: 'exit',
    usage: [{ form: 'exit', meaning: 'Exit the supervisor shell.' }],
    meaningColumn: 8,
    run: runQuit,
  },
  {
    ...plain,
    name: 'quit',
    usage: [{ form: 'quit', meaning: 'Exit the supervisor shell.' }],
    meaningColumn: 8,
    run: runQuit,
  },
];

/** What the shell runs at Ctrl-D; not listed by help. */
export const endOfInput: Command = { ...plain, name: 'EOF', usage: [], meaningColumn: 8, run: runQuit };
