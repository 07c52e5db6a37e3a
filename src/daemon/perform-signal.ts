import { type ProcessEffect, type ProcessEvent } from '../core/process-machine.ts';
import { sendSignal, signalName } from '../linux/signals.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { type Supervised } from './supervised.ts';

const SIGKILL = 9;

/** Whether all of `stopsignal` was sent already. A `stopsignal` that is KILL itself is no news. */
const isEscalation = ({ state, policy }: Supervised): boolean =>
  state.name !== 'STOPPING' || state.sent > policy.stopSignals.length;

/**
 * Sends a stop signal or KILL, with Supervisor's words (process.py, Subprocess.kill).
 *
 * @returns `signalFailed` when the kernel refuses: the process is somebody else's (EPERM)
 */
export function performSignal(
  activity: ActivityLog,
  process: Supervised,
  { pid, signal, group }: Extract<ProcessEffect, { type: 'signal' }>,
): ProcessEvent | undefined {
  const { name } = process;
  if (signal === SIGKILL && isEscalation(process)) activity.warn(`killing '${name}' (${pid}) with SIGKILL`);
  activity.debug(
    `killing ${name} (pid ${pid}) ${group ? 'process group ' : ''}with signal ${signalName(signal)}`,
  );
  try {
    if (sendSignal({ pid, signal, group }) === 'gone')
      activity.debug(`unable to signal ${name} (pid ${pid}), it probably just exited on its own`);
    return undefined;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { type: 'signalFailed', why: `unknown problem killing ${name} (${pid}):${cause}` };
  }
}
