import { type Datatype } from './datatype.ts';
import { pythonRepr } from './python-text.ts';
import { ValueError } from './value-error.ts';

/** The levels of the activity log, the most severe first. */
export const LOG_LEVELS = ['critical', 'error', 'warn', 'info', 'debug', 'trace', 'blather'] as const;

/** A level of the activity log. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Supervisor's log levels, in any case. Supervisor knows no `warning`. */
export const logLevel: Datatype<LogLevel> = {
  expects: 'critical, error, warn, info, debug, trace or blather',
  parse: (text) => {
    const lower = text.toLowerCase();
    const level = LOG_LEVELS.find((known) => known === lower);
    if (level === undefined) throw new ValueError(`bad logging level name ${pythonRepr(text)}`);
    return level;
  },
  schema: { enum: LOG_LEVELS },
};
