/** tail and maintail. Source: Supervisor 4.3.0 supervisorctl.py, do_tail and do_maintail. */
import { FAULT_CODES } from '../api/fault.ts';
import { type Command, type Outcome, wordsOf } from './command.ts';
import { Fault } from './errors.ts';
import { GENERIC, STATUS_UNKNOWN } from './exit-codes.ts';
import { follow, type Stream } from './follow.ts';
import { catchInterrupt } from './interrupt.ts';
import { misuse, refuseUse } from './misuse.ts';
import { makeNamespec } from './namespec.ts';
import { repr } from './python-words.ts';
import { selectProcesses } from './select-processes.ts';
import { type Client } from './client.ts';

const defaultBytes = 1600;
const maxBytes = 2 ** 31;

/** `-f` or `-N`, without its dash; N as Python's int() reads it. */
const amountOf = (text: string): number | 'follow' | undefined => {
  if (text === 'f') return 'follow';
  return /^[+-]?\d+(?:_\d+)*$/.test(text) ? Math.min(Number(text.replaceAll('_', '')), maxBytes) : undefined;
};

const ERRORS: ReadonlyMap<number, string> = new Map([
  [FAULT_CODES.NO_FILE, 'no log file'],
  [FAULT_CODES.FAILED, 'unknown error reading log'],
  [FAULT_CODES.BAD_NAME, 'no such process name'],
]);

interface LogRead {
  readonly name: string;
  readonly read: () => Promise<string>;
}

async function showLog(client: Client, { name, read }: LogRead): Promise<Outcome> {
  try {
    await client.write(`${await read()}\n`);
  } catch (error) {
    client.fail(GENERIC);
    const words = error instanceof Fault ? ERRORS.get(error.code) : undefined;
    if (words === undefined) throw error;
    client.say(`${name}: ERROR (${words})`);
  }
  return 'stay';
}

async function followAll(client: Client, streams: readonly Stream[]): Promise<Outcome> {
  client.say('==> Press Ctrl-C to exit <==');
  using interrupt = catchInterrupt(client);
  await Promise.all(streams.map((stream) => follow(client, stream, interrupt.signal)));
  if (interrupt.wasTyped()) client.say('');
  return 'stay';
}

type Channel = 'stdout' | 'stderr';

const channelOf = (text: string | undefined): Channel | undefined => {
  const lower = text?.toLowerCase();
  return lower === 'stdout' || lower === 'stderr' ? lower : undefined;
};

/** Names that are more than one process: several, a group, or all. */
const isMany = (names: readonly string[]): boolean =>
  names.length > 1 || names.some((name) => name === 'all' || name.endsWith(':') || name.endsWith(':*'));

async function followMany(client: Client, names: readonly string[], channel: Channel): Promise<Outcome> {
  const { processes, errors } = selectProcesses(await client.rpc.allProcesses(), names);
  for (const line of errors) client.say(line);
  if (errors.length > 0) client.fail(STATUS_UNKNOWN);
  const namespecs = [...new Set(processes.map(makeNamespec))];
  const width = Math.max(0, ...namespecs.map(({ length }) => length));
  const streams = namespecs.map((name) => ({
    path: `/logtail/${name}/${channel}`,
    prefix: `${name.padEnd(width)} | `,
  }));
  return streams.length === 0 ? 'stay' : followAll(client, streams);
}

/** supervisorctl follows one process; several names, a group or `all` are followed line by line. */
async function runFollow(client: Client, words: readonly string[]): Promise<Outcome> {
  const channel = words.length > 1 ? channelOf(words.at(-1)) : undefined;
  const names = channel === undefined ? words : words.slice(0, -1);
  const [name] = names;
  if (name === undefined) return refuseUse(client, 'Error: tail requires process name');
  if (isMany(names)) return followMany(client, names, channel ?? 'stdout');
  return followAll(client, [{ path: `/logtail/${name}/${channel ?? 'stdout'}` }]);
}

async function runTail(client: Client, rest: string): Promise<Outcome> {
  const words = wordsOf(rest);
  if (words.length === 0) return misuse(client, { name: 'tail', says: 'Error: too few arguments' });
  const modifier = words[0]?.startsWith('-') === true ? words[0] : undefined;
  const names = modifier === undefined ? words : words.slice(1);
  if (modifier === '-f') return runFollow(client, names);
  if (words.length > 3) return misuse(client, { name: 'tail', says: 'Error: too many arguments' });
  const [name, last] = [names[0], names.at(-1)];
  if (name === undefined) return refuseUse(client, 'Error: tail requires process name');
  const channel = names.length === 1 ? 'stdout' : channelOf(last);
  if (channel === undefined)
    return refuseUse(client, `Error: bad channel ${repr(last?.toLowerCase() ?? '')}`);
  const bytes = modifier === undefined ? defaultBytes : amountOf(modifier.slice(1));
  if (typeof bytes !== 'number') return refuseUse(client, `Error: bad argument ${modifier}`);
  const method = channel === 'stdout' ? 'readProcessStdoutLog' : 'readProcessStderrLog';
  return showLog(client, { name, read: () => client.rpc.text(method, name, -bytes, 0) });
}

async function runMaintail(client: Client, rest: string): Promise<Outcome> {
  const [modifier, ...more] = wordsOf(rest);
  if (more.length > 0) return misuse(client, { name: 'maintail', says: 'Error: too many arguments' });
  const bytes =
    modifier === undefined ? defaultBytes : amountOf(/^-(?<what>.*)$/.exec(modifier)?.groups?.['what'] ?? '');
  if (bytes === undefined) return refuseUse(client, `Error: bad argument ${modifier}`);
  if (bytes === 'follow') return followAll(client, [{ path: '/mainlogtail' }]);
  return showLog(client, { name: 'supervisord', read: () => client.rpc.text('readLog', -bytes, 0) });
}

/** tail */
export const tail: Command = {
  name: 'tail',
  usage: [
    { remark: 'tail [-f] <name> [stdout|stderr] (default stdout)' },
    { remark: 'Ex:' },
    { form: 'tail -f <name>', meaning: 'Continuous tail of named process stdout' },
    { form: '', meaning: 'Ctrl-C to exit.' },
    { form: 'tail -100 <name>', meaning: 'last 100 *bytes* of process stdout' },
    { form: 'tail <name> stderr', meaning: 'last 1600 *bytes* of process stderr' },
    {
      form: 'tail -f <name> <name>',
      meaning: 'Continuous tail of several, each line behind its name',
      own: true,
    },
    { form: 'tail -f <gname>:*', meaning: 'Continuous tail of a group; `all` for all of them', own: true },
  ],
  meaningColumn: 24,
  needsServer: true,
  completion: 'processes',
  run: runTail,
};

/** maintail */
export const maintail: Command = {
  name: 'maintail',
  usage: [
    { form: 'maintail -f ', meaning: 'Continuous tail of supervisor main log file (Ctrl-C to exit)' },
    { form: 'maintail -100', meaning: 'last 100 *bytes* of supervisord main log file' },
    { form: 'maintail', meaning: 'last 1600 *bytes* of supervisor main log file' },
    { remark: '' },
  ],
  meaningColumn: 16,
  needsServer: true,
  completion: 'nothing',
  run: runMaintail,
};
