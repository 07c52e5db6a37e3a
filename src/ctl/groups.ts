/** avail, reread, add, remove; update is next door. Source: Supervisor 4.3.0 supervisorctl.py. */
import { FAULT_CODES } from '../api/fault.ts';
import { type XmlRpcValue } from '../api/xml-rpc.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { Fault } from './errors.ts';
import { inOrder } from './in-order.ts';
import { misuse, refuseUse } from './misuse.ts';
import { makeNamespec } from './namespec.ts';
import { arrayFrom, numberFrom, structFrom, textFrom } from './rpc.ts';
import { type Client } from './client.ts';
import { padded } from './status-table.ts';
import { type Changes, readChanges, update } from './update.ts';

const shuttingDown = 'ERROR: supervisor shutting down';

function configLine(value: XmlRpcValue): string {
  const config = structFrom(value);
  const name = makeNamespec({ group: textFrom(config.get('group')), name: textFrom(config.get('name')) });
  const inUse = config.get('inuse') === true ? 'in use' : 'avail';
  const autostart = config.get('autostart') === true ? 'auto' : 'manual';
  const priority = `${numberFrom(config.get('group_prio'))}:${numberFrom(config.get('process_prio'))}`;
  return `${padded(name, 32)} ${padded(inUse, 9)} ${padded(autostart, 9)} ${priority}`;
}

async function runAvail(client: Client, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(client, { name: 'avail', says: 'Error: avail accepts no arguments' });
  try {
    for (const config of arrayFrom(await client.rpc.call('getAllConfigInfo'))) client.say(configLine(config));
  } catch (error) {
    if (!(error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE)) throw error;
    refuseUse(client, shuttingDown);
  }
  return 'stay';
}

function changeLines({ added, changed, removed }: Changes): readonly string[] {
  const words = new Map([
    ...added.map((name) => [name, 'available'] as const),
    ...changed.map((name) => [name, 'changed'] as const),
    ...removed.map((name) => [name, 'disappeared'] as const),
  ]);
  const names = [...words.keys()].toSorted();
  return names.length === 0
    ? ['No config updates to processes']
    : names.map((name) => `${name}: ${words.get(name)}`);
}

async function runReread(client: Client, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(client, { name: 'reread', says: 'Error: reread accepts no arguments' });
  try {
    for (const line of changeLines(await readChanges(client))) client.say(line);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === FAULT_CODES.SHUTDOWN_STATE) refuseUse(client, shuttingDown);
    else if (error.code === FAULT_CODES.CANT_REREAD) refuseUse(client, `ERROR: ${error.text}`);
    else throw error;
  }
  return 'stay';
}

async function addGroup(client: Client, name: string): Promise<void> {
  try {
    await client.rpc.call('addProcessGroup', name);
    client.say(`${name}: added process group`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === FAULT_CODES.ALREADY_ADDED) client.say('ERROR: process group already active');
    else if (error.code === FAULT_CODES.SHUTDOWN_STATE) refuseUse(client, 'ERROR: shutting down');
    else if (error.code === FAULT_CODES.BAD_NAME) refuseUse(client, `ERROR: no such process/group: ${name}`);
    else throw error;
  }
}

async function removeGroup(client: Client, name: string): Promise<void> {
  try {
    await client.rpc.call('removeProcessGroup', name);
    client.say(`${name}: removed process group`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === FAULT_CODES.STILL_RUNNING)
      refuseUse(client, `ERROR: process/group still running: ${name}`);
    else if (error.code === FAULT_CODES.BAD_NAME) refuseUse(client, `ERROR: no such process/group: ${name}`);
    else throw error;
  }
}

const runForEach =
  (act: (client: Client, name: string) => Promise<void>) =>
  async (client: Client, rest: string): Promise<Outcome> => {
    await inOrder(wordsOf(rest), (name) => act(client, name));
    return 'stay';
  };

const asking = { needsServer: false, meaningColumn: 24 } as const;

/** avail, reread, update, add, remove. */
export const groupCommands: readonly Command[] = [
  {
    ...asking,
    name: 'avail',
    usage: [{ form: 'avail', meaning: 'Display all configured processes' }],
    completion: 'nothing',
    run: runAvail,
  },
  {
    ...asking,
    name: 'reread',
    usage: [{ form: 'reread ', meaning: "Reload the daemon's configuration files without add/remove" }],
    completion: 'nothing',
    run: runReread,
  },
  update,
  {
    ...asking,
    name: 'add',
    usage: [{ form: 'add <name> [...]', meaning: 'Activates any updates in config for process/group' }],
    completion: 'groups',
    run: runForEach(addGroup),
  },
  {
    ...asking,
    name: 'remove',
    usage: [{ form: 'remove <name> [...]', meaning: 'Removes process/group from active config' }],
    completion: 'groups',
    run: runForEach(removeGroup),
  },
];
