import { type EventBus } from '../events/bus.ts';
import { type ControlOptions } from './control.ts';

/** What the API makes happen, as event listeners are told. */
export const eventControl = (bus: EventBus): Pick<ControlOptions, 'sendRemoteEvent' | 'groupChanged'> => ({
  sendRemoteEvent: ({ type: kind, data }) => bus.post({ type: 'REMOTE_COMMUNICATION', kind, data }),
  groupChanged: ({ group, isActive }) =>
    bus.post({ type: isActive ? 'PROCESS_GROUP_ADDED' : 'PROCESS_GROUP_REMOVED', group }),
});
