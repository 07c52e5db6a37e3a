import { type Datatype } from './datatype.ts';
import { list } from './datatypes.ts';
import { ValueError } from './value-error.ts';

/** The event types that a listener may ask for. Source: supervisor/events.py 4.2.5, EventTypes. */
export const EVENT_TYPES: ReadonlySet<string> = new Set([
  'EVENT',
  'PROCESS_STATE',
  'PROCESS_STATE_STARTING',
  'PROCESS_STATE_RUNNING',
  'PROCESS_STATE_BACKOFF',
  'PROCESS_STATE_STOPPING',
  'PROCESS_STATE_EXITED',
  'PROCESS_STATE_STOPPED',
  'PROCESS_STATE_FATAL',
  'PROCESS_STATE_UNKNOWN',
  'PROCESS_COMMUNICATION',
  'PROCESS_COMMUNICATION_STDOUT',
  'PROCESS_COMMUNICATION_STDERR',
  'PROCESS_LOG',
  'PROCESS_LOG_STDOUT',
  'PROCESS_LOG_STDERR',
  'REMOTE_COMMUNICATION',
  'SUPERVISOR_STATE_CHANGE',
  'SUPERVISOR_STATE_CHANGE_RUNNING',
  'SUPERVISOR_STATE_CHANGE_STOPPING',
  'TICK',
  'TICK_5',
  'TICK_60',
  'TICK_3600',
  'PROCESS_GROUP',
  'PROCESS_GROUP_ADDED',
  'PROCESS_GROUP_REMOVED',
]);

/** Event types between commas, in any case; each once. */
export const eventTypes: Datatype<readonly string[]> = {
  expects: 'event types such as PROCESS_STATE,TICK_60',
  parse: (text, host) => {
    const names = [...new Set(list.parse(text, host).map((name) => name.toUpperCase()))];
    const unknown = names.find((name) => !EVENT_TYPES.has(name));
    if (unknown !== undefined)
      throw new ValueError(`Unknown event type ${unknown}`, `there is no event type ${unknown}`);
    return names;
  },
};
