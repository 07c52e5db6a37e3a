/**
 * Where the activity log's lines go: the log file if one is named, and stderr; never twice to the same stream.
 *
 * Supervisor in the foreground writes them to its stdout beside the log file, unless `silent`; a container's stdout
 * belongs to the programs, so here it is stderr.
 */
import { type SupervisordValues } from '../config/plan.ts';
import { type OutputPlane } from '../output/output-plane.ts';
import { type OpenDestination } from '../output/destination.ts';
import { type SyslogSink } from '../output/syslog-sink.ts';
import { type Syslog } from './syslog.ts';

/** A place for whole lines. */
export interface LineDestination {
  /** `line` ends with a newline. */
  readonly write: (line: string) => void;
  readonly reopen: () => void;
  /** Begins the file anew; answers the errno name when that cannot be done. */
  readonly clear: () => string | undefined;
  readonly close: () => void;
}

const toStderr = (plane: OutputPlane): LineDestination => ({
  write: (line) => plane.writeLine('stderr', line),
  reopen: () => undefined,
  clear: () => undefined,
  close: () => undefined,
});

/** @returns the destinations, and the errno name when the log file cannot be opened */
export function activityDestinations(
  supervisord: SupervisordValues,
  plane: OutputPlane,
  syslog: Syslog,
): { readonly destinations: readonly LineDestination[]; readonly problem: string | undefined } {
  const { logfile, silent } = supervisord;
  const stderr = silent ? [] : [toStderr(plane)];
  if (logfile.kind === 'syslog')
    return { destinations: [toSyslog(syslog.activitySink()), ...stderr], problem: undefined };
  if (logfile.kind !== 'file') return { destinations: stderr, problem: undefined };
  const opened = plane.acquire({ kind: 'file', path: logfile.path, ...rotationOf(supervisord) });
  const code = opened.open();
  if (code !== undefined)
    return { destinations: stderr, problem: `cannot open logfile ${logfile.path}: ${code}` };
  // One of our own streams: the lines are there already, and once is enough.
  const isStream = opened.format !== undefined;
  return { destinations: isStream ? [toFile(opened)] : [toFile(opened), ...stderr], problem: undefined };
}

const rotationOf = (supervisord: SupervisordValues) => ({
  maxBytes: supervisord.logfile_maxbytes,
  backupCount: supervisord.logfile_backups,
  maxAgeMs: supervisord.logfile_maxage,
  isCompressed: supervisord.logfile_compress,
});

const toSyslog = (sink: SyslogSink): LineDestination => ({
  write: (line) => void sink.write(Buffer.from(line)),
  reopen: () => sink.reopen(),
  clear: () => undefined,
  close: () => undefined,
});

const toFile = (opened: OpenDestination): LineDestination => ({
  write: (line) => {
    if (opened.format !== undefined) opened.sink.beginLine();
    opened.sink?.write(Buffer.from(line));
  },
  reopen: () => opened.sink?.reopen(),
  clear: () => opened.clear(),
  close: () => opened.release(),
});
