/** Where a process's section says its output goes, in the output room's terms. */
import { type LogDestination } from '../config/log-destination.ts';
import { type ProcessPlan, type SupervisordValues } from '../config/plan.ts';
import { type ChannelPlan, type Destination, type OutputPlan } from '../output/channel-plan.ts';
import { type Flow } from '../output/flow.ts';
import { type LineOrigin } from '../output/format-json.ts';
import { type AutoLogs } from './auto-logs.ts';
import { type ChannelTaps } from './events.ts';
import { type Syslog } from './syslog.ts';
import { namespecOf } from './supervised.ts';

type StreamName = 'stdout' | 'stderr';

/** How long the end of a process waits for what a grandchild may still write. */
const drainMs = 500;

/** What the output of a process is planned with. */
export interface OutputContext {
  readonly supervisord: SupervisordValues;
  readonly autoLogs: AutoLogs;
  readonly syslog: Syslog;
  /** What a stream tells the event system. */
  readonly tapsOf: (stream: StreamName) => ChannelTaps;
  /** Makes the way of a stream to the activity log; undefined: it is not shown there. */
  readonly showOf: (stream: StreamName) => (() => Flow) | undefined;
}

/** Makes the output plan of one process. */
export function outputPlan(plan: ProcessPlan, context: OutputContext): OutputPlan {
  const { supervisord, tapsOf } = context;
  const channel = (stream: StreamName): ChannelPlan => ({
    destinations: plan[`${stream}_logfile`].map((log) => destination(log, { plan, stream, ...context })),
    ...waysBeside(plan, stream, context),
    stripAnsi: supervisord.strip_ansi,
    tailBytes: hasTail(plan, stream) ? (plan.tail_bytes ?? supervisord.tail_bytes) : 0,
    captureMaxBytes: plan[`${stream}_capture_maxbytes`],
    ...tapsOf(stream),
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

/** NONE throws away everything but the last words of a program for which the container dies. */
const hasTail = (plan: ProcessPlan, stream: StreamName): boolean =>
  plan.critical || plan[`${stream}_logfile`].some(({ kind }) => kind !== 'none');

const hasSyslog = (plan: ProcessPlan, stream: StreamName): boolean =>
  plan[`${stream}_syslog`] || plan[`${stream}_logfile`].some(({ kind }) => kind === 'remoteSyslog');

/** Syslog, and the activity log where that shows everything. */
function waysBeside(
  plan: ProcessPlan,
  stream: StreamName,
  { syslog, showOf }: OutputContext,
): Pick<ChannelPlan, 'alsoTo'> {
  const show = showOf(stream);
  if (show === undefined && !hasSyslog(plan, stream)) return {};
  const shown = (): readonly Flow[] => (show === undefined ? [] : [show()]);
  return { alsoTo: (origin) => [...syslogFlows(plan, syslog, origin), ...shown()] };
}

/** The local daemon first, then servers in the network. */
function syslogFlows(plan: ProcessPlan, syslog: Syslog, origin: LineOrigin): readonly Flow[] {
  const { stream } = origin;
  const local = plan[`${stream}_syslog`] ? [syslog.localFlow(plan.name)] : [];
  const remote = plan[`${stream}_logfile`].flatMap((log) =>
    log.kind === 'remoteSyslog' ? [syslog.remoteFlow(log.address, origin)] : [],
  );
  return [...local, ...remote];
}

interface Context extends OutputContext {
  readonly plan: ProcessPlan;
  readonly stream: StreamName;
}

function destination(log: LogDestination, { plan, stream, supervisord, autoLogs }: Context): Destination {
  const rotation = {
    maxBytes: plan[`${stream}_logfile_maxbytes`],
    backupCount: plan[`${stream}_logfile_backups`],
    maxAgeMs: plan[`${stream}_logfile_maxage`],
    isCompressed: plan[`${stream}_logfile_compress`],
  };
  switch (log.kind) {
    case 'container':
      return {
        kind: 'stream',
        stream,
        format: plan.output_format ?? supervisord.output_format,
        multiline: plan.output_multiline ?? supervisord.output_multiline,
      };
    case 'file':
      return { kind: 'file', path: log.path, ...rotation };
    case 'auto':
      return { kind: 'file', path: autoLogs.pathOf(plan, stream), ...rotation };
    case 'none':
    case 'syslog':
    case 'remoteSyslog':
      return { kind: 'none' };
  }
}
