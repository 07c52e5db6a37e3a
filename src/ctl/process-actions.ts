/**
 * start, stop, restart, signal and clear: one call per name, one line per process.
 *
 * Source: Supervisor 4.3.0 supervisorctl.py, do_start and its neighbours.
 */
import { FAULT_CODES, SUCCESS } from '../api/fault.ts';
import { type Action, clear, resultLine, signal, start, stop } from './actions.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { Fault } from './errors.ts';
import { GENERIC, INVALID_ARGS, NOT_RUNNING } from './exit-codes.ts';
import { inOrder } from './in-order.ts';
import { makeNamespec, splitNamespec } from './namespec.ts';
import { type ProcessResult } from './rpc.ts';
import { type Client } from './client.ts';
import { misuse } from './misuse.ts';

const deadFaults: ReadonlySet<number> = new Set([
  FAULT_CODES.SPAWN_ERROR,
  FAULT_CODES.ABNORMAL_TERMINATION,
  FAULT_CODES.NOT_RUNNING,
]);

function show(client: Client, action: Action, result: ProcessResult): void {
  client.say(resultLine(action, result));
  if (result.status === SUCCESS || result.status === action.harmless) return;
  client.fail(deadFaults.has(result.status) ? NOT_RUNNING : GENERIC);
}

interface Request {
  readonly client: Client;
  readonly action: Action;
  /** What the method wants after the name. */
  readonly extra: readonly string[];
}

async function actOnGroup({ client, action, extra }: Request, group: string): Promise<void> {
  try {
    for (const result of await client.rpc.results(action.group, group, ...extra))
      show(client, action, result);
  } catch (error) {
    if (!(error instanceof Fault && error.code === FAULT_CODES.BAD_NAME)) throw error;
    client.say(`${group}: ERROR (no such group)`);
    client.fail(action.noGroupExitCode);
  }
}

async function actOnProcess({ client, action, extra }: Request, namespec: string): Promise<void> {
  const { group, process: name = '' } = splitNamespec(namespec);
  try {
    await client.rpc.call(action.one, namespec, ...extra);
    client.say(`${makeNamespec({ group, name })}: ${action.done}`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    show(client, action, { group, name, status: error.code, description: error.text });
  }
}

// The server has no method for this: supervisorctl says `g:None: ERROR (no such process)`.
async function clearGroup(request: Request, group: string): Promise<void> {
  const processes = (await request.client.rpc.allProcesses()).filter((info) => info.group === group);
  await inOrder(processes, ({ name }) => actOnProcess(request, `${group}:${name}`));
  if (processes.length > 0) return;
  request.client.say(`${group}: ERROR (no such group)`);
  request.client.fail(GENERIC);
}

function actOnName(request: Request, name: string): Promise<void> {
  const { group, process } = splitNamespec(name);
  if (process !== undefined) return actOnProcess(request, name);
  return request.action === clear ? clearGroup(request, group) : actOnGroup(request, group);
}

async function actOnNames(request: Request, names: readonly string[]): Promise<void> {
  const { client, action, extra } = request;
  if (names.includes('all')) {
    for (const result of await client.rpc.results(action.all, ...extra)) show(client, action, result);
    return;
  }
  await inOrder(names, (name) => actOnName(request, name));
}

const runAction =
  (action: Action, exitCode: number) =>
  async (client: Client, rest: string): Promise<Outcome> => {
    const names = wordsOf(rest);
    if (names.length === 0)
      return misuse(client, {
        name: action.name,
        exitCode,
        says: `Error: ${action.name} requires a process name`,
      });
    await actOnNames({ client, action, extra: [] }, names);
    return 'stay';
  };

async function runRestart(client: Client, rest: string): Promise<Outcome> {
  const names = wordsOf(rest);
  if (names.length === 0)
    return misuse(client, { name: 'restart', says: 'Error: restart requires a process name' });
  await actOnNames({ client, action: stop, extra: [] }, names);
  await actOnNames({ client, action: start, extra: [] }, names);
  return 'stay';
}

async function runSignal(client: Client, rest: string): Promise<Outcome> {
  const [name, ...names] = wordsOf(rest);
  if (name === undefined || names.length === 0)
    return misuse(client, {
      name: 'signal',
      says: 'Error: signal requires a signal name and a process name',
    });
  await actOnNames({ client, action: signal, extra: [name] }, names);
  return 'stay';
}

const acting = { needsServer: true, completion: 'processes', meaningColumn: 24 } as const;

/** start, stop, restart, signal, clear. */
export const processActions: readonly Command[] = [
  {
    ...acting,
    name: 'start',
    usage: [
      { form: 'start <name>', meaning: 'Start a process' },
      { form: 'start <gname>:*', meaning: 'Start all processes in a group' },
      { form: 'start <name> <name>', meaning: 'Start multiple processes or groups' },
      { form: 'start all', meaning: 'Start all processes' },
    ],
    run: runAction(start, INVALID_ARGS),
  },
  {
    ...acting,
    name: 'stop',
    usage: [
      { form: 'stop <name>', meaning: 'Stop a process' },
      { form: 'stop <gname>:*', meaning: 'Stop all processes in a group' },
      { form: 'stop <name> <name>', meaning: 'Stop multiple processes or groups' },
      { form: 'stop all', meaning: 'Stop all processes' },
    ],
    run: runAction(stop, GENERIC),
  },
  {
    ...acting,
    name: 'restart',
    usage: [
      { form: 'restart <name>', meaning: 'Restart a process' },
      { form: 'restart <gname>:*', meaning: 'Restart all processes in a group' },
      { form: 'restart <name> <name>', meaning: 'Restart multiple processes or groups' },
      { form: 'restart all', meaning: 'Restart all processes' },
      { remark: 'Note: restart does not reread config files. For that, see reread and update.' },
    ],
    run: runRestart,
  },
  {
    ...acting,
    name: 'signal',
    meaningColumn: 40,
    usage: [
      { form: 'signal <signal name> <name>', meaning: 'Signal a process' },
      { form: 'signal <signal name> <gname>:*', meaning: 'Signal all processes in a group' },
      { form: 'signal <signal name> <name> <name>', meaning: 'Signal multiple processes or groups' },
      { form: 'signal <signal name> all', meaning: 'Signal all processes' },
    ],
    run: runSignal,
  },
  {
    ...acting,
    name: 'clear',
    usage: [
      { form: 'clear <name>', meaning: "Clear a process' log files." },
      { form: 'clear <name> <name>', meaning: "Clear multiple process' log files" },
      { form: 'clear all', meaning: "Clear all process' log files" },
      { form: 'clear <gname>:*', meaning: 'Clear the log files of all processes in a group', own: true },
    ],
    run: runAction(clear, GENERIC),
  },
];
