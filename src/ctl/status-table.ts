/** Processes as lines. Source: Supervisor 4.3.0 supervisorctl.py, _show_statuses. */
import { makeNamespec } from './namespec.ts';
import { type ProcessInfo } from './rpc.ts';

const minNameWidth = 30;
const nameGap = 3;
const stateWidth = 10;

const GREEN = '\u001B[32m';
const YELLOW = '\u001B[33m';
const RED = '\u001B[31m';
const GREY = '\u001B[90m';
const PLAIN = '\u001B[39m';

const COLOURS: ReadonlyMap<string, string> = new Map([
  ['RUNNING', GREEN],
  ['STARTING', YELLOW],
  ['BACKOFF', YELLOW],
  ['STOPPING', YELLOW],
  ['STOPPED', GREY],
  ['EXITED', GREY],
  ['FATAL', RED],
  ['UNKNOWN', RED],
]);

/** In characters, not in UTF-16 units: as Python counts. */
const lengthOf = (text: string): number => Array.from(text).length;

/** Pads on the right, counting characters as Python does. */
export const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - lengthOf(text)));

const stateCell = (statename: string, colours: boolean): string => {
  const colour = colours ? COLOURS.get(statename) : undefined;
  const cell = padded(statename, stateWidth);
  return colour === undefined ? cell : `${colour}${cell}${PLAIN}`;
};

/** One line per process, names and states in columns. */
export function statusLines(
  processes: readonly ProcessInfo[],
  { colours }: { readonly colours: boolean },
): readonly string[] {
  const width = Math.max(minNameWidth, ...processes.map((info) => lengthOf(makeNamespec(info)))) + nameGap;
  return processes.map(
    (info) => padded(makeNamespec(info), width) + stateCell(info.statename, colours) + info.description,
  );
}
