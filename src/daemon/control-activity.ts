import { existsSync } from 'node:fs';
import { type LogPlace } from '../api/control.ts';
import { type SupervisordValues } from '../config/plan.ts';
import { lookAtLogPath } from '../output/log-place.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { type WriteWatchers } from '../output/write-watchers.ts';
import { type LineDestination } from './activity-destinations.ts';
import { type ControlOptions } from './control.ts';
import { watchWrites } from './watch-writes.ts';

function placeOf({ logfile }: SupervisordValues, writes: WriteWatchers): LogPlace {
  if (logfile.kind !== 'file' || lookAtLogPath(logfile.path).kind !== 'file') return { kind: 'none' };
  return { kind: 'file', path: logfile.path, watch: watchWrites(writes) };
}

/** The activity log, and where it goes. */
interface ActivityParts {
  readonly supervisord: SupervisordValues;
  readonly activity: ActivityLog;
  readonly destinations: readonly LineDestination[];
  /** Told of each line. */
  readonly writes: WriteWatchers;
}

/** The API's hold on the activity log. */
export function activityControl({
  supervisord,
  activity,
  destinations,
  writes,
}: ActivityParts): Pick<ControlOptions, 'activityLog' | 'clearActivityLog'> {
  const activityLog = placeOf(supervisord, writes);
  return {
    activityLog,
    clearActivityLog: () => {
      if (activityLog.kind !== 'file' || !existsSync(activityLog.path)) return 'ENOENT';
      const problem = destinations.reduce<string | undefined>(
        (code, { clear }) => clear() ?? code,
        undefined,
      );
      if (problem === undefined) activity.info('reopening log file');
      return problem;
    },
  };
}
