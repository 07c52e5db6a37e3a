/** status: the table that scripts read; as JSON; and again and again. */
import { type XmlRpcValue } from '../api/xml-rpc.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { STATUS_NOT_RUNNING, STATUS_UNKNOWN } from './exit-codes.ts';
import { catchInterrupt } from './interrupt.ts';
import { makeNamespec } from './namespec.ts';
import { type ProcessInfo } from './rpc.ts';
import { selectProcesses, type Selection } from './select-processes.ts';
import { type Client } from './client.ts';
import { statusLines } from './status-table.ts';
import { upcheck } from './upcheck.ts';

/** STOPPED, EXITED, FATAL, UNKNOWN. */
const STOPPED_STATES: ReadonlySet<number> = new Set([0, 100, 200, 1000]);

const useColours = ({ onTerminal, io }: Client): boolean =>
  onTerminal && (io.env['NO_COLOR'] === undefined || io.env['NO_COLOR'] === '');

const select = async (client: Client, names: readonly string[]): Promise<Selection> =>
  selectProcesses(await client.rpc.allProcesses(), names);

function judge(client: Client, { processes, errors }: Selection): void {
  if (errors.length > 0) client.fail(STATUS_UNKNOWN);
  if (processes.some(({ state }) => STOPPED_STATES.has(state))) client.fail(STATUS_NOT_RUNNING);
}

/** Prints the table and sets the exit code: 3 when a shown process is stopped, else 4 when a name is unknown. */
export async function showStatus(client: Client, names: readonly string[]): Promise<void> {
  const selection = await select(client, names);
  const lines = [...selection.errors, ...statusLines(selection.processes, { colours: useColours(client) })];
  if (lines.length > 0) client.say(lines.join('\n'));
  judge(client, selection);
}

const jsonValue = (value: XmlRpcValue): unknown => (value instanceof Map ? Object.fromEntries(value) : value);

const jsonProcess = (info: ProcessInfo): unknown => ({
  namespec: makeNamespec(info),
  ...Object.fromEntries([...info.struct].map(([name, value]) => [name, jsonValue(value)])),
});

// Errors go to stderr here, so that stdout is always JSON.
async function showJson(client: Client, names: readonly string[]): Promise<void> {
  const selection = await select(client, names);
  for (const line of selection.errors) client.complain(line);
  client.say(JSON.stringify(selection.processes.map(jsonProcess), undefined, 2));
  judge(client, selection);
}

const clearScreen = '\u001B[H\u001B[2J\u001B[3J';
const redrawMs = 1000;

async function redraw(client: Client, names: readonly string[]): Promise<void> {
  const { processes, errors } = await select(client, names);
  const lines = [...errors, ...statusLines(processes, { colours: useColours(client) })];
  await client.write(`${clearScreen}${lines.join('\n')}\n`);
}

// A file or a pipe gets a line when a process has another state, not every second.
async function showChanges(
  client: Client,
  names: readonly string[],
  shown: Map<string, string>,
): Promise<void> {
  const { processes } = await select(client, names);
  const lines = statusLines(processes, { colours: false });
  const isNew = processes.map((info) => shown.get(makeNamespec(info)) !== info.statename);
  for (const info of processes) shown.set(makeNamespec(info), info.statename);
  const changed = lines.filter((_, index) => isNew[index]);
  await client.write(changed.map((line) => `${line}\n`).join(''));
}

/** Until Ctrl-C, or until the server is gone. */
async function watch(client: Client, names: readonly string[]): Promise<void> {
  using interrupt = catchInterrupt(client);
  const shown = new Map<string, string>();
  const draw = (): Promise<void> =>
    client.onTerminal ? redraw(client, names) : showChanges(client, names, shown);
  // Loaded here, because every start of the client would pay for it.
  const { setTimeout: delay } = await import('node:timers/promises');
  const second = (): Promise<void> =>
    delay(redrawMs, undefined, { signal: interrupt.signal }).catch(() => undefined);
  // eslint-disable-next-line no-await-in-loop -- one look per second
  while (!interrupt.signal.aborted && (await upcheck(client))) await draw().then(second);
  if (!interrupt.signal.aborted) client.fail(STATUS_UNKNOWN);
}

async function run(client: Client, rest: string): Promise<Outcome> {
  const words = wordsOf(rest);
  const names = words.filter((word) => word !== '--json' && word !== '--watch');
  if (words.includes('--json')) await showJson(client, names);
  else if (words.includes('--watch')) await watch(client, names);
  else await showStatus(client, names);
  return 'stay';
}

/** status */
export const status: Command = {
  name: 'status',
  usage: [
    { form: 'status <name>', meaning: 'Get status for a single process' },
    { form: 'status <gname>:*', meaning: 'Get status for all processes in a group' },
    { form: 'status <name> <name>', meaning: 'Get status for multiple named processes' },
    { form: 'status', meaning: 'Get all process status info' },
    { form: 'status --json', meaning: 'The same as JSON: an array of objects', own: true },
    {
      form: 'status --watch',
      meaning: 'The same every second, on a terminal; elsewhere each change of state',
      own: true,
    },
  ],
  meaningColumn: 24,
  needsServer: true,
  noServerExitCode: STATUS_UNKNOWN,
  completion: 'processes',
  run,
};
