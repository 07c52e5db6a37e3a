import { type Level } from './level.ts';

/** What the JSON form says beside the message. */
export type Fields = Readonly<Record<string, unknown>>;

/** One thing that was logged. */
export interface Entry {
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields | undefined;
  readonly loggedAt: Date;
}

/** Writes entries, in the order in which it is given them. */
export type WriteEntry = (entry: Entry) => void;

/** The form of the lines: Supervisor's, or pino's JSON. */
export type LogFormat = 'text' | 'json';
