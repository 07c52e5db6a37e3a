/** Where a process's section says its output goes, in the output room's terms. */
import { type LogDestination } from '../config/log-destination.ts';
import { type ProcessPlan, type SupervisordValues } from '../config/plan.ts';
import { type ChannelPlan, type Destination, type OutputPlan } from '../output/channel-plan.ts';
import { type AutoLogs } from './auto-logs.ts';
import { namespecOf } from './supervised.ts';

type StreamName = 'stdout' | 'stderr';

/** How long the end of a process waits for what a grandchild may still write. */
const drainMs = 500;

/** Makes the output plan of one process. */
export function outputPlan(
  plan: ProcessPlan,
  supervisord: SupervisordValues,
  autoLogs: AutoLogs,
): OutputPlan {
  const channel = (stream: StreamName): ChannelPlan => ({
    destinations: plan[`${stream}_logfile`].map((log) =>
      destination(log, { plan, stream, supervisord, autoLogs }),
    ),
    stripAnsi: supervisord.strip_ansi,
    tailBytes: plan.tail_bytes ?? supervisord.tail_bytes,
    captureMaxBytes: plan[`${stream}_capture_maxbytes`],
  });
  return {
    name: plan.name,
    program: plan.program,
    process: namespecOf(plan),
    stdout: channel('stdout'),
    stderr: channel('stderr'),
    drainMs,
  };
}

interface Context {
  readonly plan: ProcessPlan;
  readonly stream: StreamName;
  readonly supervisord: SupervisordValues;
  readonly autoLogs: AutoLogs;
}

function destination(log: LogDestination, { plan, stream, supervisord, autoLogs }: Context): Destination {
  const rotation = {
    maxBytes: plan[`${stream}_logfile_maxbytes`],
    backupCount: plan[`${stream}_logfile_backups`],
  };
  switch (log.kind) {
    case 'container':
      return { kind: 'stream', stream, format: plan.output_format ?? supervisord.output_format };
    case 'file':
      return { kind: 'file', path: log.path, ...rotation };
    case 'auto':
      return { kind: 'file', path: autoLogs.pathOf(plan, stream), ...rotation };
    case 'none':
    case 'syslog':
      return { kind: 'none' };
  }
}
