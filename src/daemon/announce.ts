/**
 * What is said of a process when it changes: Supervisor's own lines, which scripts look for, at
 * Supervisor's own levels (supervisor/process.py). Derived from the step, in one place, for all.
 */
import { type ProcessEvent, type ProcessState, type Step } from '../core/process-machine.ts';
import { isExpected } from '../core/exit-status.ts';
import { type SignalNamer, describeEnd } from '../core/words.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { type Supervised } from './supervised.ts';

/** What the announcer needs. */
export interface Announcer {
  readonly activity: ActivityLog;
  readonly nameOfSignal: SignalNamer;
}

/** One change of one process. */
export interface Change {
  readonly process: Supervised;
  readonly before: ProcessState;
  readonly event: ProcessEvent;
  readonly step: Step;
}

/** Writes the lines for one step to the activity log. */
export function announce(announcer: Announcer, change: Change): void {
  const { event } = change;
  if (event.type === 'exited') announceEnd(announcer, change, event);
  if (event.type === 'spawned')
    announcer.activity.info(`spawned: '${change.process.name}' with pid ${event.pid}`);
  if (event.type === 'spawnFailed') announcer.activity.info(`spawnerr: ${event.why}`);
  if (event.type === 'stop' && !event.shutdown && change.before.name === 'BACKOFF')
    announcer.activity.debug(`Attempted to kill ${change.process.name}, which is in BACKOFF state.`);
  if (event.type === 'signalFailed') announcer.activity.critical(event.why);
  announceState(announcer, change);
}

function announceState({ activity }: Announcer, { process, before, event, step }: Change): void {
  const { name } = process;
  const last = step.entered.at(-1);
  if (last?.name === 'RUNNING' && before.name !== 'RUNNING') {
    const seconds = process.policy.startMs / 1000;
    activity.info(
      `success: ${name} entered RUNNING state, process has stayed up for > than ${seconds} seconds (startsecs)`,
    );
  }
  if (last?.name === 'FATAL' && (event.type === 'exited' || event.type === 'spawnFailed'))
    activity.info(`gave up: ${name} entered FATAL state, too many start retries too quickly`);
}

function announceEnd(
  { activity, nameOfSignal }: Announcer,
  { process, before, step }: Change,
  { end }: Extract<ProcessEvent, { type: 'exited' }>,
): void {
  const { name } = process;
  const how = describeEnd(end, nameOfSignal);
  const expected = isExpected(end, process.policy.exitCodes);
  if (step.entered.some((state) => state.name === 'STOPPED')) {
    activity[expected ? 'info' : 'warn'](`stopped: ${name} (${how})`);
    return;
  }
  // A program that dies before it is RUNNING has failed to start, whatever its exit code.
  const failedToStart = before.name === 'STARTING' && step.entered[0]?.name === 'BACKOFF';
  const fine = expected && !failedToStart;
  activity[fine ? 'info' : 'warn'](`exited: ${name} (${how}; ${fine ? 'expected' : 'not expected'})`);
}
