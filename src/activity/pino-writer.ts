import { pino } from 'pino';
import { type Entry, type LogFormat, type WriteEntry } from './entry.ts';
import { formatText } from './format-text.ts';
import { type Level, LEVELS } from './level.ts';

/** What the writer needs. `write` takes a line with its newline and never throws. */
export interface WriterOptions {
  readonly level: Level;
  readonly format: LogFormat;
  readonly write: (line: string) => void;
}

/**
 * Writes entries through pino, synchronously: no worker thread, no stream. JSON lines are pino's, with the name of
 * the level and the time as ISO text in UTC. Loading this file loads pino, which costs milliseconds: import it late.
 */
export function createPinoWriter({ level, format, write }: WriterOptions): WriteEntry {
  let current: Entry | undefined;
  const logger = pino<Level>(
    {
      level,
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      // An entry may have waited for pino; its time is that of the event.
      timestamp: () => `,"time":"${(current?.loggedAt ?? new Date()).toISOString()}"`,
    },
    { write: (line) => write(format === 'json' || current === undefined ? line : formatText(current)) },
  );
  return (entry) => {
    current = entry;
    logger[entry.level](entry.fields ?? {}, entry.message);
  };
}
