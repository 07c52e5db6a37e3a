/** The end: the last output first, then the last line, then the termination log. */
import { type ActivityLog, createActivityLog } from '../activity/activity-log.ts';
import { type EndCause } from '../core/supervisor-machine.ts';
import { signalName } from '../linux/signals.ts';
import { type OutputPlane } from '../output/output-plane.ts';
import { type ProcessOutput } from '../output/process-output.ts';
import { type Facilities } from './facilities.ts';
import { type Generation } from './generation.ts';
import { type Ending, lastLine, terminationMessage, writeTerminationLog } from './last-words.ts';
import { type Supervised } from './supervised.ts';

/** How long the end waits for readers of our output once they have stopped reading: half of what `docker stop` grants. */
const flushMs = 5000;

/** How long it waits, after that, for the reader of the last line. */
const lastLineMs = 1000;

const terminationLogPath = '/dev/termination-log';

/** What is left to be done when everything has stopped. */
export interface Farewell {
  readonly generation: Generation;
  readonly facilities: Facilities;
  /** A lone command speaks for itself, unless it could not be executed. */
  readonly isQuiet: boolean;
  readonly exitCode: number;
  readonly cause: EndCause;
  /** Monotonic milliseconds since tsupervisor started. */
  readonly upMs: number;
}

/** Brings out what is still on its way, and says why we end. */
export async function sayFarewell(farewell: Farewell): Promise<void> {
  const { generation, facilities, isQuiet, exitCode, cause, upMs } = farewell;
  await drainAll(generation, facilities);
  await generation.activity.ready();
  const culprit = culpritOf(generation, cause);
  const ending: Ending = { cause, exitCode, culprit, upMs, nameOfSignal: signalName };
  if (!isQuiet || culprit?.state.name === 'FATAL') await sayLast(lastLine(ending), farewell);
  writeTerminationLog(terminationMessage(ending, culprit?.body.stderrTail() ?? ''), terminationLogPath);
  await Promise.all([facilities.plane.flush(lastLineMs), facilities.syslog.flush(lastLineMs)]);
}

/** On stderr wherever the activity log goes, and in its format. */
async function sayLast(text: string, { generation, facilities, exitCode }: Farewell): Promise<void> {
  const { plane } = facilities;
  if (generation.plan.supervisord.logformat === 'text') return plane.writeLine('stderr', `${text}\n`);
  const write = (line: string): void => plane.writeLine('stderr', line);
  const log = createActivityLog({ level: 'info', format: 'json', write });
  log[exitCode === 0 ? 'info' : 'error'](text);
  await log.ready();
}

const culpritOf = ({ supervisor, main }: Generation, cause: EndCause): Supervised | undefined =>
  'namespec' in cause ? supervisor.members.get(cause.namespec ?? '') : main;

async function drainAll({ supervisor, plan, activity }: Generation, { plane }: Facilities): Promise<void> {
  const outputs = [...supervisor.members.values()].flatMap(({ body }) => body.program?.output ?? []);
  await drained(outputs);
  const patienceMs = Math.min(flushMs, plan.supervisord.shutdown_timeout);
  await flush(outputs, plane, patienceMs);
  tellLoss(activity, plane.backlog.queuedBytes, patienceMs);
}

function tellLoss(activity: ActivityLog, bytes: number, patienceMs: number): void {
  if (bytes === 0) return;
  const why = `nobody has read it for ${patienceMs / 1000} s`;
  activity.critical(
    `output is lost: ${why}; ${bytes} bytes waited here, and more may be in the programs' pipes`,
  );
}

const drained = async (outputs: readonly ProcessOutput[]): Promise<unknown> =>
  await Promise.all(outputs.map((output) => new Promise<void>((resolve) => output.drained(resolve))));

/** Waits as long as somebody reads, however slowly, and then once more. */
async function flush(
  outputs: readonly ProcessOutput[],
  plane: OutputPlane,
  patienceMs: number,
): Promise<void> {
  const { drainedBytes } = plane.backlog;
  const isBehind = outputs.some((output) => output.isBehind);
  await plane.flush(patienceMs);
  const isRead = plane.backlog.drainedBytes > drainedBytes;
  if (!isRead || (!isBehind && plane.backlog.queuedBytes === 0)) return;
  // What a reader that had stalled did not let through is still in the pipes.
  await drained(outputs);
  await flush(outputs, plane, patienceMs);
}
