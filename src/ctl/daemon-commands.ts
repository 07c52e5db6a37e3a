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
import { type Session } from './session.ts';
import { showStatus } from './status.ts';
import { upcheck } from './upcheck.ts';

async function showPid(session: Session, name: string): Promise<void> {
  try {
    const { pid } = await session.rpc.process(name);
    session.say(`${pid}`);
    if (pid === 0) session.fail(NOT_RUNNING);
  } catch (error) {
    if (!(error instanceof Fault && error.code === FAULT_CODES.BAD_NAME)) throw error;
    refuseUse(session, `No such process ${name}`);
  }
}

async function runPid(session: Session, rest: string): Promise<Outcome> {
  const names = wordsOf(rest);
  if (names.length === 0) session.say(`${numberFrom(await session.rpc.call('getPID'))}`);
  else if (names.includes('all'))
    for (const { pid } of await session.rpc.allProcesses()) session.say(`${pid}`);
  else await inOrder(names, (name) => showPid(session, name));
  return 'stay';
}

async function runVersion(session: Session, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(session, { name: 'version', says: 'Error: version accepts no arguments' });
  if (await upcheck(session)) session.say(await session.rpc.text('getSupervisorVersion'));
  return 'stay';
}

/** Asks in the shell, and with -i; elsewhere the answer is yes. */
async function isConfirmed(session: Session, question: string): Promise<boolean> {
  if (!session.interactive) return true;
  const answer = await session.lines.ask(`${question} y/N? `);
  if (answer === undefined) throw new PythonError('EOFError', 'EOF when reading a line');
  return answer.toLowerCase().startsWith('y');
}

const GONE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refused connection'],
  ['ENOENT', 'no such file'],
]);

function explainShutdown(session: Session, error: unknown): void {
  if (error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE) {
    session.say('ERROR: already shutting down');
    return;
  }
  session.fail(GENERIC);
  const words = GONE.get(codeOf(error) ?? '');
  if (words === undefined) throw error;
  session.say(`ERROR: ${session.serverurl} ${words} (already shut down?)`);
}

async function runShutdown(session: Session, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(session, { name: 'shutdown', says: 'Error: shutdown accepts no arguments' });
  if (!(await isConfirmed(session, 'Really shut the remote supervisord process down'))) return 'stay';
  try {
    await session.rpc.call('shutdown');
    session.say('Shut down');
  } catch (error) {
    explainShutdown(session, error);
  }
  return 'stay';
}

async function runReload(session: Session, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(session, { name: 'reload', says: 'Error: reload accepts no arguments' });
  if (!(await isConfirmed(session, 'Really restart the remote supervisord process'))) return 'stay';
  try {
    await session.rpc.call('restart');
    session.say('Restarted supervisord');
  } catch (error) {
    if (!(error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE)) throw error;
    refuseUse(session, 'ERROR: already shutting down');
  }
  return 'stay';
}

async function runOpen(session: Session, url: string): Promise<Outcome> {
  if (!['http', 'unix'].includes(schemeOf(url)))
    return refuseUse(session, 'ERROR: url must be http:// or unix://');
  session.connect({ ...session.server, serverurl: url });
  const { exitCode } = session;
  if (await upcheck(session)) await showStatus(session, []);
  else session.fail(STATUS_UNKNOWN);
  session.fail(exitCode);
  return 'stay';
}

const runQuit = (session: Session): Promise<Outcome> => {
  session.say('');
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
