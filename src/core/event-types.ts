/**
 * The types of Supervisor's event system, and what a notification of each type tells.
 *
 * Source: supervisor/events.py 4.2.5 (EventTypes and the classes below it).
 */
import { type ExitStatus } from './exit-status.ts';
import { type StateName } from './process-state.ts';

/** Each type and the type above it. A listener that asks for a type gets all below it. */
const PARENTS = {
  EVENT: undefined,
  PROCESS_STATE: 'EVENT',
  PROCESS_STATE_STARTING: 'PROCESS_STATE',
  PROCESS_STATE_RUNNING: 'PROCESS_STATE',
  PROCESS_STATE_BACKOFF: 'PROCESS_STATE',
  PROCESS_STATE_STOPPING: 'PROCESS_STATE',
  PROCESS_STATE_EXITED: 'PROCESS_STATE',
  PROCESS_STATE_STOPPED: 'PROCESS_STATE',
  PROCESS_STATE_FATAL: 'PROCESS_STATE',
  PROCESS_STATE_UNKNOWN: 'PROCESS_STATE',
  PROCESS_COMMUNICATION: 'EVENT',
  PROCESS_COMMUNICATION_STDOUT: 'PROCESS_COMMUNICATION',
  PROCESS_COMMUNICATION_STDERR: 'PROCESS_COMMUNICATION',
  PROCESS_LOG: 'EVENT',
  PROCESS_LOG_STDOUT: 'PROCESS_LOG',
  PROCESS_LOG_STDERR: 'PROCESS_LOG',
  REMOTE_COMMUNICATION: 'EVENT',
  SUPERVISOR_STATE_CHANGE: 'EVENT',
  SUPERVISOR_STATE_CHANGE_RUNNING: 'SUPERVISOR_STATE_CHANGE',
  SUPERVISOR_STATE_CHANGE_STOPPING: 'SUPERVISOR_STATE_CHANGE',
  TICK: 'EVENT',
  TICK_5: 'TICK',
  TICK_60: 'TICK',
  TICK_3600: 'TICK',
  PROCESS_GROUP: 'EVENT',
  PROCESS_GROUP_ADDED: 'PROCESS_GROUP',
  PROCESS_GROUP_REMOVED: 'PROCESS_GROUP',
} as const;

/** The name of an event type, abstract ones included. */
export type EventType = keyof typeof PARENTS;

/** Every type by its name, with the type above it. For names that come from outside. */
export const EVENT_TYPES: ReadonlyMap<string, EventType | undefined> = new Map<string, EventType | undefined>(
  Object.entries(PARENTS),
);

/** Whether the text names an event type. */
export const isEventType = (name: string): name is EventType => EVENT_TYPES.has(name);

/** The type itself and the types above it, the nearest first. */
export function lineageOf(type: EventType): readonly EventType[] {
  const parent = PARENTS[type];
  return parent === undefined ? [type] : [type, ...lineageOf(parent)];
}

/** All types that a subscription to these brings: they themselves and what is below them. */
export function typesBelow(types: readonly EventType[]): ReadonlySet<EventType> {
  const wanted = new Set(types);
  const all = [...EVENT_TYPES.keys()].filter(isEventType);
  return new Set(all.filter((type) => lineageOf(type).some((ancestor) => wanted.has(ancestor))));
}

/** The process that a notification is about. */
export interface Subject {
  readonly name: string;
  readonly group: string;
}

interface OfState {
  readonly process: Subject;
  readonly from: StateName;
}

interface WithPid {
  /** 0: there is none. */
  readonly pid: number;
}

/** `data`: bytes as the process wrote them. */
interface OfOutput extends WithPid {
  readonly process: Subject;
  readonly data: Uint8Array;
}

/** What each type tells. */
export interface EventData {
  /** `tries`: how many starts in a row have failed. */
  readonly PROCESS_STATE_STARTING: OfState & { readonly tries: number };
  readonly PROCESS_STATE_BACKOFF: OfState & { readonly tries: number };
  readonly PROCESS_STATE_RUNNING: OfState & WithPid;
  readonly PROCESS_STATE_STOPPING: OfState & WithPid;
  readonly PROCESS_STATE_STOPPED: OfState & WithPid;
  readonly PROCESS_STATE_EXITED: OfState & WithPid & { readonly expected: boolean; readonly end: ExitStatus };
  readonly PROCESS_STATE_FATAL: OfState;
  readonly PROCESS_STATE_UNKNOWN: OfState;
  readonly PROCESS_LOG_STDOUT: OfOutput;
  readonly PROCESS_LOG_STDERR: OfOutput;
  readonly PROCESS_COMMUNICATION_STDOUT: OfOutput;
  readonly PROCESS_COMMUNICATION_STDERR: OfOutput;
  readonly REMOTE_COMMUNICATION: { readonly kind: string; readonly data: string };
  readonly SUPERVISOR_STATE_CHANGE_RUNNING: object;
  readonly SUPERVISOR_STATE_CHANGE_STOPPING: object;
  /** `when`: seconds since 1970, a multiple of the period. */
  readonly TICK_5: { readonly when: number };
  readonly TICK_60: { readonly when: number };
  readonly TICK_3600: { readonly when: number };
  readonly PROCESS_GROUP_ADDED: { readonly group: string };
  readonly PROCESS_GROUP_REMOVED: { readonly group: string };
}

/** The types that happen; the others stand for several of these. */
export type ConcreteType = keyof EventData;

/** Something that has happened, as event listeners are told. */
export type Notification = {
  readonly [T in ConcreteType]: { readonly type: T } & EventData[T];
}[ConcreteType];
