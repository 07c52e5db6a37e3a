/** What outlives a restart: the container's streams, the event bus, syslog. */
import { type ActivityLog } from '../activity/activity-log.ts';
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

/** One of each, for the life of this process. */
export interface Facilities {
  readonly plane: OutputPlane;
  readonly bus: EventBus;
  readonly events: Events;
  readonly syslog: Syslog;
}

/** What the facilities ask of the daemon as it is at that moment. */
export interface FacilitiesOptions {
  readonly host: Host;
  readonly activity: () => ActivityLog;
  /** `identifier` of [supervisord]. */
  readonly identifier: () => string;
}

/** Makes them. */
export function makeFacilities({ host, activity, identifier }: FacilitiesOptions): Facilities {
  // Later: the sink that reports is in the middle of its work, and may be that of the activity log.
  const report = (about: SinkReport): void => queueMicrotask(() => tellSink(activity(), about));
  const bus = new EventBus();
  return {
    bus,
    plane: new OutputPlane({
      report,
      growPipe: (fd) => void growPipe(fd, pipeBytes),
      mayColour: host.environment.get('NO_COLOR') === undefined,
    }),
    events: new Events({ bus, activity, identifier }),
    syslog: new Syslog(report),
  };
}
