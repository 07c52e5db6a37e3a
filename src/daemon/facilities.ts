/** What outlives a restart: the container's streams, the event bus, syslog. */
import { type ActivityLog, createActivityLog } from '../activity/activity-log.ts';
import { type Host } from '../config/host.ts';
import { EventBus } from '../events/bus.ts';
import { growPipe } from '../linux/descriptors.ts';
import { OutputPlane } from '../output/output-plane.ts';
import { type SinkReport } from '../output/sink.ts';
import { Events } from './events.ts';
import { tellSink } from './messages.ts';
import { Syslog } from './syslog.ts';

/** A pipe that turns out to be too small is made this large. */
const pipeBytes = 1024 * 1024;

/** What the facilities must know of the plan that is at work. */
export interface Current {
  readonly activity: ActivityLog;
  /** `identifier` of [supervisord]. */
  readonly identifier: string;
}

/** One of each, for the life of this process. */
export interface Facilities {
  readonly plane: OutputPlane;
  readonly bus: EventBus;
  readonly events: Events;
  readonly syslog: Syslog;
  /** A plan is about to be put to work. */
  readonly follow: (current: Current) => void;
}

/** Until the first plan has an activity log. */
const nobody: Current = {
  activity: createActivityLog({ level: 'critical', format: 'text', write: () => undefined }),
  identifier: '',
};

/** Makes them. */
export function makeFacilities(host: Host): Facilities {
  let current = nobody;
  // Later: the sink that reports is in the middle of its work, and may be that of the activity log.
  const report = (about: SinkReport): void => queueMicrotask(() => tellSink(current.activity, about));
  const bus = new EventBus();
  return {
    bus,
    plane: new OutputPlane({
      report,
      growPipe: (fd) => void growPipe(fd, pipeBytes),
      mayColour: host.environment.get('NO_COLOR') === undefined,
    }),
    events: new Events({ bus, activity: () => current.activity, identifier: () => current.identifier }),
    syslog: new Syslog(report),
    follow: (next) => {
      current = next;
    },
  };
}
