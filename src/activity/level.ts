/**
 * The levels of the activity log with Supervisor's numbers (loggers.py, LevelsByName), most severe first. The names are
 * those of the `loglevel` option.
 */
export const LEVELS = {
  critical: 50,
  error: 40,
  warn: 30,
  info: 20,
  debug: 10,
  trace: 5,
  blather: 3,
} as const;

/** The name of a level. */
export type Level = keyof typeof LEVELS;

/** What a line shows of each level: four letters (loggers.py, LevelsByDescription). */
export const levelCodes: Readonly<Record<Level, string>> = {
  critical: 'CRIT',
  error: 'ERRO',
  warn: 'WARN',
  info: 'INFO',
  debug: 'DEBG',
  trace: 'TRAC',
  blather: 'BLAT',
};
