/** update: reads the config file and makes the groups what it says. Source: Supervisor 4.3.0 supervisorctl.py, do_update. */
import { FAULT_CODES } from '../api/fault.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { Fault } from './errors.ts';
import { inOrder } from './in-order.ts';
import { refuseUse } from './misuse.ts';
import { arrayFrom, textFrom } from './rpc.ts';
import { type Client } from './client.ts';

/** What a reading of the config file found, as group names. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Reads the config file again: what is new, other, gone. @throws Fault CANT_REREAD, SHUTDOWN_STATE */
export async function readChanges(client: Client): Promise<Changes> {
  const [changes] = arrayFrom(await client.rpc.call('reloadConfig'));
  const [added, changed, removed] = arrayFrom(changes).map((names) => arrayFrom(names).map(textFrom));
  return { added: added ?? [], changed: changed ?? [], removed: removed ?? [] };
}

/** Says which of the named groups are neither active nor new. */
async function checkNames(client: Client, names: ReadonlySet<string>, { added }: Changes): Promise<void> {
  const active = (await client.rpc.allProcesses()).map(({ group }) => group);
  const known = new Set([...active, ...added]);
  for (const name of names) if (!known.has(name)) refuseUse(client, `ERROR: no such group: ${name}`);
}

async function dropGroup(client: Client, name: string): Promise<void> {
  const results = await client.rpc.results('stopProcessGroup', name);
  client.say(`${name}: stopped`);
  if (results.some(({ status }) => status === FAULT_CODES.FAILED)) {
    refuseUse(client, `${name}: has problems; not removing`);
    return;
  }
  await client.rpc.call('removeProcessGroup', name);
  client.say(`${name}: removed process group`);
}

async function replaceGroup(client: Client, name: string): Promise<void> {
  await client.rpc.results('stopProcessGroup', name);
  client.say(`${name}: stopped`);
  await client.rpc.call('removeProcessGroup', name);
  await client.rpc.call('addProcessGroup', name);
  client.say(`${name}: updated process group`);
}

async function addNewGroup(client: Client, name: string): Promise<void> {
  await client.rpc.call('addProcessGroup', name);
  client.say(`${name}: added process group`);
}

async function apply(client: Client, changes: Changes, names: ReadonlySet<string>): Promise<void> {
  const isWanted = (name: string): boolean => names.size === 0 || names.has(name);
  await inOrder(changes.removed.filter(isWanted), (name) => dropGroup(client, name));
  await inOrder(changes.changed.filter(isWanted), (name) => replaceGroup(client, name));
  await inOrder(changes.added.filter(isWanted), (name) => addNewGroup(client, name));
}

async function runUpdate(client: Client, rest: string): Promise<Outcome> {
  const words = wordsOf(rest);
  const names = new Set(words.includes('all') ? [] : words);
  const changes = await readChanges(client).catch((error: unknown) => {
    if (error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE) return undefined;
    throw error;
  });
  if (changes === undefined) return refuseUse(client, 'ERROR: already shutting down');
  if (names.size > 0) await checkNames(client, names, changes);
  await apply(client, changes, names);
  return 'stay';
}

const updates = 'Reload config and add/remove as necessary, and will restart affected programs';

/** update */
export const update: Command = {
  name: 'update',
  usage: [
    { form: 'update', meaning: updates },
    { form: 'update all', meaning: updates },
    { form: 'update <gname> [...]', meaning: 'Update specific groups' },
  ],
  meaningColumn: 24,
  needsServer: false,
  completion: 'groups',
  run: runUpdate,
};
