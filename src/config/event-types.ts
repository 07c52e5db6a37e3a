import { EVENT_TYPES, type EventType, isEventType } from '../core/event-types.ts';
import { type Datatype } from './datatype.ts';
import { list } from './datatypes.ts';
import { nearest } from './nearest.ts';
import { ValueError } from './value-error.ts';

function toEventType(name: string): EventType {
  if (isEventType(name)) return name;
  const near = nearest(name, EVENT_TYPES.keys());
  const question = near === undefined ? undefined : `did you mean ${near}?`;
  throw new ValueError(`Unknown event type ${name}`, `there is no event type ${name}`, question);
}

/** Event types between commas, in any case; each once. */
export const eventTypes: Datatype<readonly EventType[]> = {
  expects: 'event types such as PROCESS_STATE,TICK_60',
  parse: (text, host) =>
    [...new Set(list.parse(text, host).map((name) => name.toUpperCase()))].map(toEventType),
};
