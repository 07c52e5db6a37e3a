import { type Entry, type Fields, type LogFormat, type WriteEntry } from './entry.ts';
import { formatText } from './format-text.ts';
import { type Level, LEVELS } from './level.ts';
import { Repeats } from './repeats.ts';

/** Logs one message; `fields` are shown in JSON only. */
export type Log = (message: string, fields?: Fields) => void;

/** tsupervisor's own log: one method for each of Supervisor's levels. */
export interface ActivityLog extends Readonly<Record<Level, Log>> {
  /** Whether lines of this level are written: spares making a costly message. */
  isEnabled(level: Level): boolean;
  /** Writes what is waiting; resolves when all lines logged so far are written. To be awaited before exiting. */
  ready(): Promise<void>;
}

/** What an activity log is made of. */
export interface ActivityLogOptions {
  /** Less severe lines are not written. */
  readonly level: Level;
  readonly format: LogFormat;
  /** Takes one line with its newline; never throws. */
  readonly write: (line: string) => void;
  /** The wall clock. */
  readonly now?: () => Date;
  /** Milliseconds of the monotonic clock. */
  readonly monotonicMs?: () => number;
  /** Says when pino may be loaded. Default: in the turn of the event loop after the first line. */
  readonly defer?: (load: () => void) => void;
}

/**
 * Creates the activity log. pino is loaded after the first line, when `defer` says so, so that the first programs need
 * not wait for it; lines that come earlier wait, in order and with their own times. A line that is repeated without end
 * is counted after a while.
 */
export function createActivityLog(options: ActivityLogOptions): ActivityLog {
  const writer = lateWriter(options);
  const now = options.now ?? (() => new Date());
  const { monotonicMs } = options;
  const repeats = new Repeats({
    write: writer.write,
    now,
    ...(monotonicMs !== undefined && { monotonicMs }),
  });
  const isEnabled = (level: Level): boolean => LEVELS[level] >= LEVELS[options.level];
  const at =
    (level: Level): Log =>
    (message, fields) => {
      if (isEnabled(level)) repeats.take({ level, message, fields, loggedAt: now() });
    };
  return {
    critical: at('critical'),
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
    blather: at('blather'),
    isEnabled,
    ready: () => {
      repeats.flush();
      return writer.ready();
    },
  };
}

/** Keeps entries until pino is there, then passes them on at once. */
function lateWriter(options: ActivityLogOptions): {
  readonly write: WriteEntry;
  readonly ready: () => Promise<void>;
} {
  const defer = options.defer ?? setImmediate;
  const waiting: Entry[] = [];
  let loaded: WriteEntry | undefined;
  let loading: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    const write = await loadWriter(options);
    for (const entry of waiting.splice(0)) write(entry);
    loaded = write;
  };
  const ready = (): Promise<void> => (waiting.length === 0 ? Promise.resolve() : (loading ??= load()));
  const write = (entry: Entry): void => {
    if (loaded !== undefined) return loaded(entry);
    waiting.push(entry);
    if (waiting.length === 1) defer(() => void ready());
  };
  return { write, ready };
}

async function loadWriter(options: ActivityLogOptions): Promise<WriteEntry> {
  try {
    const { createPinoWriter } = await import('./pino-writer.ts');
    return createPinoWriter(options);
  } catch {
    // A file that cannot be read (no descriptors left, no memory) must not end PID 1 or silence it.
    return (entry) => options.write(formatText(entry));
  }
}
