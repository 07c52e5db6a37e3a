/** fg: a process's logs on the screen, typed lines to its stdin. Source: Supervisor 4.3.0 supervisorctl.py, do_fg. */
import { FAULT_CODES } from '../api/fault.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { Fault } from './errors.ts';
import { follow } from './follow.ts';
import { catchInterrupt, type Interrupt } from './interrupt.ts';
import { Interrupted } from './line-reader.ts';
import { misuse, refuseUse } from './misuse.ts';
import { pythonWords } from './python-words.ts';
import { type ProcessInfo } from './rpc.ts';
import { type Session } from './session.ts';

/** RUNNING. */
const RUNNING = 20;

// supervisorctl leaves the exit code alone for a fault that it does not expect.
async function find(session: Session, name: string): Promise<ProcessInfo | undefined> {
  try {
    return await session.rpc.process(name);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === FAULT_CODES.BAD_NAME) refuseUse(session, 'ERROR: bad process name supplied');
    else session.say(`ERROR: ${pythonWords(error).message}`);
    return undefined;
  }
}

/** The next typed line; undefined after Ctrl-C, Ctrl-D or the end of the input. */
async function nextLine(session: Session, interrupt: Interrupt): Promise<string | undefined> {
  const { promise: interrupted, resolve } = Promise.withResolvers<undefined>();
  interrupt.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  try {
    return await Promise.race([session.lines.ask(''), interrupted]);
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}

/** Sends a line. @returns what to say when it cannot be sent, or when the process has ended */
async function send(session: Session, name: string, line: string): Promise<string | undefined> {
  try {
    await session.rpc.call('sendProcessStdin', name, `${line}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.code === FAULT_CODES.NOT_RUNNING
      ? 'Process got killed'
      : `ERROR: ${pythonWords(error).message}`;
  }
  const { state } = await session.rpc.process(name);
  return state === RUNNING ? undefined : 'Process got killed';
}

/** Sends one typed line. @returns whether to wait for the next */
async function passLine(session: Session, name: string, interrupt: Interrupt): Promise<boolean> {
  const line = await nextLine(session, interrupt);
  if (line === undefined) return false;
  const ended = await send(session, name, line);
  if (ended !== undefined) session.say(ended);
  return ended === undefined;
}

async function attach(session: Session, name: string): Promise<void> {
  session.say('==> Press Ctrl-C to exit <==');
  const over = new AbortController();
  using interrupt = catchInterrupt(session);
  const signal = AbortSignal.any([over.signal, interrupt.signal]);
  const streams = ['stdout', 'stderr'].map((channel) =>
    follow(session, { path: `/logtail/${name}/${channel}` }, signal),
  );
  try {
    // eslint-disable-next-line no-await-in-loop -- line by line, as they are typed
    while (await passLine(session, name, interrupt));
    session.say('Exiting foreground');
  } finally {
    over.abort();
    await Promise.all(streams);
  }
}

async function run(session: Session, rest: string): Promise<Outcome> {
  const [name, ...more] = wordsOf(rest);
  if (name === undefined) return misuse(session, { name: 'fg', says: 'ERROR: no process name supplied' });
  if (more.length > 0) return refuseUse(session, 'ERROR: too many process names supplied');
  const info = await find(session, name);
  if (info === undefined) return 'stay';
  if (info.state !== RUNNING) return refuseUse(session, 'ERROR: process not running');
  await attach(session, name);
  return 'stay';
}

/** fg */
export const fg: Command = {
  name: 'fg',
  usage: [
    { form: 'fg <process>', meaning: 'Connect to a process in foreground mode' },
    { form: '', meaning: 'Ctrl-C to exit' },
  ],
  meaningColumn: 16,
  needsServer: true,
  completion: 'processes',
  run,
};
