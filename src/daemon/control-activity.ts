import { existsSync } from 'node:fs';
import { type LogPlace } from '../api/control.ts';
import { type SupervisordValues } from '../config/plan.ts';
import { lookAtLogPath } from '../output/log-place.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { type LineDestination } from './activity-destinations.ts';
import { type ControlOptions } from './control.ts';

function placeOf({ logfile }: SupervisordValues): LogPlace {
  if (logfile.kind !== 'file' || lookAtLogPath(logfile.path).kind !== 'file') return { kind: 'none' };
  return { kind: 'file', path: logfile.path };
}

/** The API's hold on the activity log. `destinations`: those of the moment. */
export function activityControl(
  supervisord: SupervisordValues,
  activity: ActivityLog,
  destinations: () => readonly LineDestination[],
): Pick<ControlOptions, 'activityLog' | 'clearActivityLog'> {
  const activityLog = placeOf(supervisord);
  return {
    activityLog,
    clearActivityLog: () => {
      if (activityLog.kind !== 'file' || !existsSync(activityLog.path)) return 'ENOENT';
      const problem = destinations().reduce<string | undefined>(
        (code, { clear }) => clear() ?? code,
        undefined,
      );
      if (problem === undefined) activity.info('reopening log file');
      return problem;
    },
  };
}
