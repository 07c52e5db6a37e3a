/** fg: a process's logs on the screen, typed lines to its stdin. Source: Supervisor 4.3.0 supervisorctl.py, do_fg. */
import { FAULT_CODES } from '../api/fault.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { Fault, Interrupted } from './errors.ts';
import { follow } from './follow.ts';
import { catchInterrupt, type Interrupt } from './interrupt.ts';
import { misuse, refuseUse } from './misuse.ts';
import { pythonWords } from './python-words.ts';
import { type ProcessInfo } from './rpc.ts';
import { type Client } from './client.ts';

/** RUNNING. */
const RUNNING = 20;

// supervisorctl leaves the exit code alone for a fault that it does not expect.
async function find(client: Client, name: string): Promise<ProcessInfo | undefined> {
  try {
    return await client.rpc.process(name);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === FAULT_CODES.BAD_NAME) refuseUse(client, 'ERROR: bad process name supplied');
    else client.say(`ERROR: ${pythonWords(error).message}`);
    return undefined;
  }
}

/** The next typed line; undefined after Ctrl-C, Ctrl-D or the end of the input. */
async function nextLine(client: Client, interrupt: Interrupt): Promise<string | undefined> {
  const { promise: interrupted, resolve } = Promise.withResolvers<undefined>();
  interrupt.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  try {
    return await Promise.race([client.lines.ask(''), interrupted]);
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}

/** Sends a line. @returns what to say when it cannot be sent, or when the process has ended */
async function send(client: Client, name: string, line: string): Promise<string | undefined> {
  try {
    await client.rpc.call('sendProcessStdin', name, `${line}\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.code === FAULT_CODES.NOT_RUNNING
      ? 'Process got killed'
      : `ERROR: ${pythonWords(error).message}`;
  }
  const { state } = await client.rpc.process(name);
  return state === RUNNING ? undefined : 'Process got killed';
}

/** Sends one typed line. @returns whether to wait for the next */
async function passLine(client: Client, name: string, interrupt: Interrupt): Promise<boolean> {
  const line = await nextLine(client, interrupt);
  if (line === undefined) return false;
  const ended = await send(client, name, line);
  if (ended !== undefined) client.say(ended);
  return ended === undefined;
}

async function attach(client: Client, name: string): Promise<void> {
  client.say('==> Press Ctrl-C to exit <==');
  const over = new AbortController();
  using interrupt = catchInterrupt(client);
  const signal = AbortSignal.any([over.signal, interrupt.signal]);
  const streams = ['stdout', 'stderr'].map((channel) =>
    follow(client, { path: `/logtail/${name}/${channel}` }, signal),
  );
  try {
    // eslint-disable-next-line no-await-in-loop -- line by line, as they are typed
    while (await passLine(client, name, interrupt));
    client.say('Exiting foreground');
  } finally {
    over.abort();
    await Promise.all(streams);
  }
}

async function run(client: Client, rest: string): Promise<Outcome> {
  const [name, ...more] = wordsOf(rest);
  if (name === undefined) return misuse(client, { name: 'fg', says: 'ERROR: no process name supplied' });
  if (more.length > 0) return refuseUse(client, 'ERROR: too many process names supplied');
  const info = await find(client, name);
  if (info === undefined) return 'stay';
  if (info.state !== RUNNING) return refuseUse(client, 'ERROR: process not running');
  await attach(client, name);
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
