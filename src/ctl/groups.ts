/** avail, reread, update, add, remove. Source: Supervisor 4.3.0 supervisorctl.py. */
import { FAULT_CODES } from '../api/fault.ts';
import { type XmlRpcValue } from '../api/xml-rpc.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { Fault } from './errors.ts';
import { inOrder } from './in-order.ts';
import { misuse, refuseUse } from './misuse.ts';
import { makeNamespec } from './namespec.ts';
import { arrayFrom, numberFrom, structFrom, textFrom } from './rpc.ts';
import { type Session } from './session.ts';
import { padded } from './status-table.ts';

/** What a reading of the config file found, as group names. */
interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

const shuttingDown = 'ERROR: supervisor shutting down';

async function reread(session: Session): Promise<Changes> {
  const [changes] = arrayFrom(await session.rpc.call('reloadConfig'));
  const [added, changed, removed] = arrayFrom(changes).map((names) => arrayFrom(names).map(textFrom));
  return { added: added ?? [], changed: changed ?? [], removed: removed ?? [] };
}

function configLine(value: XmlRpcValue): string {
  const config = structFrom(value);
  const name = makeNamespec({ group: textFrom(config.get('group')), name: textFrom(config.get('name')) });
  const inUse = config.get('inuse') === true ? 'in use' : 'avail';
  const autostart = config.get('autostart') === true ? 'auto' : 'manual';
  const priority = `${numberFrom(config.get('group_prio'))}:${numberFrom(config.get('process_prio'))}`;
  return `${padded(name, 32)} ${padded(inUse, 9)} ${padded(autostart, 9)} ${priority}`;
}

async function runAvail(session: Session, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(session, { name: 'avail', says: 'Error: avail accepts no arguments' });
  try {
    for (const config of arrayFrom(await session.rpc.call('getAllConfigInfo')))
      session.say(configLine(config));
  } catch (error) {
    if (!(error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE)) throw error;
    refuseUse(session, shuttingDown);
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

async function runReread(session: Session, rest: string): Promise<Outcome> {
  if (rest !== '') return misuse(session, { name: 'reread', says: 'Error: reread accepts no arguments' });
  try {
    for (const line of changeLines(await reread(session))) session.say(line);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === FAULT_CODES.SHUTDOWN_STATE) refuseUse(session, shuttingDown);
    else if (error.code === FAULT_CODES.CANT_REREAD) refuseUse(session, `ERROR: ${error.text}`);
    else throw error;
  }
  return 'stay';
}

async function addGroup(session: Session, name: string): Promise<void> {
  try {
    await session.rpc.call('addProcessGroup', name);
    session.say(`${name}: added process group`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === FAULT_CODES.ALREADY_ADDED) session.say('ERROR: process group already active');
    else if (error.code === FAULT_CODES.SHUTDOWN_STATE) refuseUse(session, 'ERROR: shutting down');
    else if (error.code === FAULT_CODES.BAD_NAME) refuseUse(session, `ERROR: no such process/group: ${name}`);
    else throw error;
  }
}

async function removeGroup(session: Session, name: string): Promise<void> {
  try {
    await session.rpc.call('removeProcessGroup', name);
    session.say(`${name}: removed process group`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === FAULT_CODES.STILL_RUNNING)
      refuseUse(session, `ERROR: process/group still running: ${name}`);
    else if (error.code === FAULT_CODES.BAD_NAME) refuseUse(session, `ERROR: no such process/group: ${name}`);
    else throw error;
  }
}

const runForEach =
  (act: (session: Session, name: string) => Promise<void>) =>
  async (session: Session, rest: string): Promise<Outcome> => {
    await inOrder(wordsOf(rest), (name) => act(session, name));
    return 'stay';
  };

/** Says which of the named groups are neither active nor new. */
async function checkNames(session: Session, names: ReadonlySet<string>, { added }: Changes): Promise<void> {
  const active = (await session.rpc.allProcesses()).map(({ group }) => group);
  const known = new Set([...active, ...added]);
  for (const name of names) if (!known.has(name)) refuseUse(session, `ERROR: no such group: ${name}`);
}

async function dropGroup(session: Session, name: string): Promise<void> {
  const results = await session.rpc.results('stopProcessGroup', name);
  session.say(`${name}: stopped`);
  if (results.some(({ status }) => status === FAULT_CODES.FAILED)) {
    refuseUse(session, `${name}: has problems; not removing`);
    return;
  }
  await session.rpc.call('removeProcessGroup', name);
  session.say(`${name}: removed process group`);
}

async function replaceGroup(session: Session, name: string): Promise<void> {
  await session.rpc.results('stopProcessGroup', name);
  session.say(`${name}: stopped`);
  await session.rpc.call('removeProcessGroup', name);
  await session.rpc.call('addProcessGroup', name);
  session.say(`${name}: updated process group`);
}

async function addNewGroup(session: Session, name: string): Promise<void> {
  await session.rpc.call('addProcessGroup', name);
  session.say(`${name}: added process group`);
}

async function apply(session: Session, changes: Changes, names: ReadonlySet<string>): Promise<void> {
  const isWanted = (name: string): boolean => names.size === 0 || names.has(name);
  await inOrder(changes.removed.filter(isWanted), (name) => dropGroup(session, name));
  await inOrder(changes.changed.filter(isWanted), (name) => replaceGroup(session, name));
  await inOrder(changes.added.filter(isWanted), (name) => addNewGroup(session, name));
}

async function runUpdate(session: Session, rest: string): Promise<Outcome> {
  const words = wordsOf(rest);
  const names = new Set(words.includes('all') ? [] : words);
  const changes = await reread(session).catch((error: unknown) => {
    if (error instanceof Fault && error.code === FAULT_CODES.SHUTDOWN_STATE) return undefined;
    throw error;
  });
  if (changes === undefined) return refuseUse(session, 'ERROR: already shutting down');
  if (names.size > 0) await checkNames(session, names, changes);
  await apply(session, changes, names);
  return 'stay';
}

const updates = 'Reload config and add/remove as necessary, and will restart affected programs';
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
  {
    ...asking,
    name: 'update',
    usage: [
      { form: 'update', meaning: updates },
      { form: 'update all', meaning: updates },
      { form: 'update <gname> [...]', meaning: 'Update specific groups' },
    ],
    completion: 'groups',
    run: runUpdate,
  },
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
