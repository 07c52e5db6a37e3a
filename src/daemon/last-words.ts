/**
 * What is said at the very end: one line on stderr that names the culprit, and the same as JSON for
 * Kubernetes, which shows /dev/termination-log in `kubectl describe pod`
 * (kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure).
 */
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { exitCodeOf } from '../core/exit-status.ts';
import { type EndCause } from '../core/supervisor-machine.ts';
import { type SignalNamer, describeDuration, describeEnd } from '../core/words.ts';
import { type Supervised } from './supervised.ts';

/** Everything that the last line may tell. */
export interface Ending {
  readonly cause: EndCause;
  readonly exitCode: number;
  /** The process that the cause names. */
  readonly culprit: Supervised | undefined;
  /** Monotonic milliseconds since tsupervisor started. */
  readonly upMs: number;
  readonly nameOfSignal: SignalNamer;
}

/** Kubernetes reads no more of the termination message. */
const terminationLogBytes = 4096;

/** The last line, without its newline: `tsupervisor: exit 3: web (critical) ended: exit status 3 after 12s, …`. */
export function lastLine(ending: Ending): string {
  return `tsupervisor: exit ${ending.exitCode}: ${reasonOf(ending)}`;
}

function reasonOf(ending: Ending): string {
  const { cause, culprit, upMs } = ending;
  if (cause.kind === 'requested') return `stopped by ${cause.by} after ${describeDuration(upMs)}`;
  if (culprit === undefined) return `every program has ended as expected, after ${describeDuration(upMs)}`;
  const what = cause.kind === 'critical' ? 'the critical program' : 'nothing is left to run;';
  return `${what} ${culprit.namespec} ${describeCulprit(culprit, ending.nameOfSignal)}`;
}

function describeCulprit({ state, history }: Supervised, nameOfSignal: SignalNamer): string {
  const end = 'end' in state ? state.end : history.lastEnd;
  const how = end === undefined ? 'it ended' : describeEnd(end, nameOfSignal);
  const what = state.name === 'FATAL' ? 'is FATAL' : 'has ended';
  return `${what}: ${how}${describeRuns(history)}`;
}

function describeRuns({ startCount, lastRunMs }: Supervised['history']): string {
  if (startCount === 0) return '';
  const starts = startCount === 1 ? 'started once' : `started ${startCount} times`;
  return ` after ${describeDuration(lastRunMs)}, ${starts}`;
}

/**
 * The same as one JSON object of at most 4,096 bytes. The tail of the culprit's stderr gives way first; a reason and
 * names that would not fit even without it are shortened. `stderrTail`: its last lines, as text.
 */
export function terminationMessage(ending: Ending, stderrTail: string): string {
  const { cause, culprit, exitCode } = ending;
  const end = culprit === undefined ? undefined : 'end' in culprit.state ? culprit.state.end : undefined;
  const message = {
    exitCode,
    reason: reasonOf(ending),
    cause: cause.kind,
    program: culprit?.standing.program,
    process: culprit?.namespec,
    state: culprit?.state.name,
    code: end === undefined || end.kind === 'signaled' ? undefined : exitCodeOf(end),
    signal: end?.kind === 'signaled' ? ending.nameOfSignal(end.signal) : undefined,
    uptimeSeconds: culprit === undefined ? undefined : culprit.history.lastRunMs / 1000,
    starts: culprit?.history.startCount,
  };
  return fitStderr(fitting(message), stderrTail);
}

/** The texts of a message that may be of any length: a spawn error holds the command. */
interface LongTexts {
  readonly reason: string;
  readonly program: string | undefined;
  readonly process: string | undefined;
}

/** With these, a message fits also where each character takes six bytes (`\u0001`). */
const reasonChars = 400;
const nameChars = 100;

function fitting<Message extends LongTexts>(message: Message): Message {
  if (Buffer.byteLength(JSON.stringify(message)) <= terminationLogBytes) return message;
  const { reason, program, process } = message;
  return {
    ...message,
    reason: shortened(reason, reasonChars),
    program: program && shortened(program, nameChars),
    process: process && shortened(process, nameChars),
  };
}

/** Well-formed: the cut may be between the two halves of a character. */
const shortened = (text: string, chars: number): string =>
  text.length <= chars ? text : `${text.slice(0, chars - 1).toWellFormed()}…`;

/** Shortens the tail from its front until the whole fits. */
function fitStderr(message: object, stderrTail: string): string {
  for (
    let tail = stderrTail.slice(-terminationLogBytes);
    tail !== '';
    tail = tail.slice(Math.ceil(tail.length / 8))
  ) {
    const text = JSON.stringify({ ...message, stderr: tail.toWellFormed() });
    if (Buffer.byteLength(text) <= terminationLogBytes) return text;
  }
  return JSON.stringify(message);
}

/**
 * Writes the termination message where the runtime has made the file for it; nowhere else is a file made. What a
 * program has written there itself is kept.
 *
 * @returns whether it was written
 */
export function writeTerminationLog(message: string, path: string): boolean {
  try {
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const isOurs = fstatSync(fd).size === 0;
    if (isOurs) writeSync(fd, message);
    closeSync(fd);
    return isOurs;
  } catch {
    // Outside Kubernetes there is no such file, and at the end there is nobody left to tell.
    return false;
  }
}
