/** Where the API finds what a process wrote: in its log file, or in the memory tail of a stream. */
import { type Channel, type LogPlace } from '../api/control.ts';
import { type LogDestination } from '../config/log-destination.ts';
import { type ProcessPlan } from '../config/plan.ts';
import { lookAtLogPath } from '../output/log-place.ts';
import { type MemoryTail } from '../output/memory-tail.ts';
import { type AutoLogs } from './auto-logs.ts';
import { type ProgramParts } from './supervised.ts';
import { watchWrites } from './watch-writes.ts';

const nothing: LogPlace = { kind: 'none' };

const memory = (path: string, tail: MemoryTail): LogPlace => ({
  kind: 'memory',
  path,
  bytes: tail,
  watch: watchWrites(tail),
});

/** The path that is shown of a destination; undefined: it has none. */
function pathOf(destination: LogDestination, auto: () => string, channel: Channel): string | undefined {
  if (destination.kind === 'auto') return auto();
  if (destination.kind === 'file') return destination.path;
  return destination.kind === 'container' ? `/dev/${channel}` : undefined;
}

/** The paths of a stream's destinations; none with redirect_stderr, and for NONE and syslog. */
export function logPaths(plan: ProcessPlan, channel: Channel, autoLogs: AutoLogs): readonly string[] {
  if (channel === 'stderr' && plan.redirect_stderr) return [];
  return plan[`${channel}_logfile`].flatMap(
    (destination) => pathOf(destination, () => autoLogs.pathOf(plan, channel), channel) ?? [],
  );
}

/** A regular file can be read again; what goes to a stream is read from memory. */
export function logPlace({ plan, output }: ProgramParts, channel: Channel, autoLogs: AutoLogs): LogPlace {
  const paths = logPaths(plan, channel, autoLogs);
  const tail = output.tail(channel);
  const file = paths.find((path) => lookAtLogPath(path).kind === 'file');
  if (file !== undefined) return { kind: 'file', path: file, watch: watchWrites(tail) };
  const stream = paths.find((path) => lookAtLogPath(path).kind === 'stream');
  return stream === undefined ? nothing : memory(stream, tail);
}
