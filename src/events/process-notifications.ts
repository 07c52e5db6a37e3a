import { type Notification, type Subject } from '../core/event-types.ts';
import { type ProcessState, pidOf } from '../core/process-machine.ts';

/** The states that one step of a process went through. */
export interface ProcessSteps {
  readonly process: Subject;
  readonly before: ProcessState;
  readonly entered: readonly ProcessState[];
}

/** The PROCESS_STATE_* notifications of one step: one for each change of the state's name, in order. */
export function processNotifications({ process, before, entered }: ProcessSteps): readonly Notification[] {
  const notifications: Notification[] = [];
  let previous = before;
  for (const state of entered) {
    if (state.name !== previous.name) notifications.push(entering(process, previous, state));
    previous = state;
  }
  return notifications;
}

function entering(process: Subject, previous: ProcessState, state: ProcessState): Notification {
  const of = { process, from: previous.name };
  switch (state.name) {
    case 'STARTING':
      // The first attempt follows no failure.
      return { type: 'PROCESS_STATE_STARTING', ...of, tries: state.attempt - 1 };
    case 'BACKOFF':
      return { type: 'PROCESS_STATE_BACKOFF', ...of, tries: state.attempt };
    case 'RUNNING':
      return { type: 'PROCESS_STATE_RUNNING', ...of, pid: state.pid };
    case 'STOPPING':
      return { type: 'PROCESS_STATE_STOPPING', ...of, pid: state.pid };
    case 'EXITED': {
      const { expected, end } = state;
      return { type: 'PROCESS_STATE_EXITED', ...of, pid: pidOf(previous) ?? 0, expected, end };
    }
    case 'STOPPED':
      return { type: 'PROCESS_STATE_STOPPED', ...of, pid: pidOf(previous) ?? 0 };
    case 'FATAL':
      return { type: 'PROCESS_STATE_FATAL', ...of };
    case 'UNKNOWN':
      return { type: 'PROCESS_STATE_UNKNOWN', ...of };
  }
}
