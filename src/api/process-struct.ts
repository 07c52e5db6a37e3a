/** A process as getProcessInfo tells it. Source: Supervisor's rpcinterface.py, getProcessInfo. */
import { STATE_CODES } from '../core/process-state.ts';
import { type ControlledProcess, type LogPlace, type ProcessSnapshot } from './control.ts';
import { type XmlRpcStruct, type XmlRpcValue } from './xml-rpc.ts';

/** XML-RPC's int: the clock passes it in 2038, and clients then see it stand still. */
const maxInt = 2 ** 31 - 1;

const epochSeconds = (at: Date | undefined): number =>
  at === undefined ? 0 : Math.min(maxInt, Math.floor(at.getTime() / 1000));

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (number: number): string => String(number).padStart(2, '0');

/** Local time as `Nov 20 09:33 PM` (strftime's `%b %d %I:%M %p`). */
function dayAndTime(at: Date): string {
  const hour = at.getHours();
  const half = hour < 12 ? 'AM' : 'PM';
  return `${MONTHS[at.getMonth()]} ${two(at.getDate())} ${two(hour % 12 === 0 ? 12 : hour % 12)}:${two(at.getMinutes())} ${half}`;
}

/** A duration as Python shows one: `0:00:03`, `1 day, 0:00:05`, `2 days, 0:00:00`. */
function uptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const rest = seconds % 86_400;
  const time = `${Math.floor(rest / 3600)}:${two(Math.floor((rest % 3600) / 60))}:${two(rest % 60)}`;
  if (days === 0) return time;
  return `${days} day${days === 1 ? '' : 's'}, ${time}`;
}

interface Told {
  readonly name: string;
  readonly snapshot: ProcessSnapshot;
  readonly now: Date;
}

function describe({ name, snapshot, now }: Told): string {
  const { state, pid, spawnError, startedAt, stoppedAt } = snapshot;
  if (state === 'RUNNING')
    return `pid ${pid}, uptime ${uptime(Math.max(0, epochSeconds(now) - epochSeconds(startedAt)))}`;
  if (state === 'BACKOFF' || state === 'FATAL')
    return spawnError === '' ? `unknown error (try "tail ${name}")` : spawnError;
  if (state !== 'STOPPED' && state !== 'EXITED') return '';
  return startedAt === undefined ? 'Not started' : dayAndTime(stoppedAt ?? new Date(0));
}

const pathOf = (place: LogPlace): string => (place.kind === 'none' ? '' : place.path);

/** The struct, its members in supervisord's order. `now`: the wall clock. */
export function processStruct(process: ControlledProcess, now: Date): XmlRpcStruct {
  const { name, group } = process;
  const snapshot = process.look();
  const stdout = pathOf(process.log('stdout'));
  return new Map<string, XmlRpcValue>([
    ['name', name],
    ['group', group],
    ['start', epochSeconds(snapshot.startedAt)],
    ['stop', epochSeconds(snapshot.stoppedAt)],
    ['now', epochSeconds(now)],
    ['state', STATE_CODES[snapshot.state]],
    ['statename', snapshot.state],
    ['spawnerr', snapshot.spawnError],
    ['exitstatus', snapshot.exitStatus],
    ['logfile', stdout],
    ['stdout_logfile', stdout],
    ['stderr_logfile', pathOf(process.log('stderr'))],
    ['pid', snapshot.pid],
    ['description', describe({ name, snapshot, now })],
  ]);
}
