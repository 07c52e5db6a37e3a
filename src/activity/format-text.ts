import { type Entry } from './entry.ts';
import { levelCodes } from './level.ts';

/**
 * An entry in Supervisor's form, with its newline: `YYYY-MM-DD HH:MM:SS,mmm LEVL message`, local time.
 * A message of several lines is not touched (loggers.py, LogRecord.asdict).
 */
export function formatText({ level, message, loggedAt }: Entry): string {
  return `${localTime(loggedAt)} ${levelCodes[level]} ${message}\n`;
}

function localTime(at: Date): string {
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
  return `${day} ${time},${String(at.getMilliseconds()).padStart(3, '0')}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
