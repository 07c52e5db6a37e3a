/** Signals: names and numbers, sending, and taking those that are sent to us (signal(7)). */
import { constants } from 'node:os';

import { check, libc, LibcError } from './libc.ts';
import { ownProcessGroup } from './terminal.ts';

/** The real-time signals that glibc leaves to programs; <bits/signum-arch.h>. */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

/** Second names that <signal.h> and Python know, and Node does not. */
const aliases: readonly (readonly [string, number])[] = [
  ['SIGCLD', constants.signals.SIGCHLD],
  ['SIGRTMIN', SIGRTMIN],
  ['SIGRTMAX', SIGRTMAX],
];

const numbersByName = new Map<string, number>([...Object.entries(constants.signals), ...aliases]);

const namesByNumber = new Map<number, string>();
for (const [name, number] of numbersByName) if (!namesByNumber.has(number)) namesByNumber.set(number, name);
// Python's name of signal 29, which Supervisor prints.
namesByNumber.set(constants.signals.SIGPOLL, 'SIGPOLL');

/**
 * The number of a signal given as a name, with or without SIG, in any case, also SIGRTMIN+3 and SIGRTMAX-1, or as a
 * number in decimal.
 *
 * @returns undefined when there is no such signal (also 0, and 32 and 33, which glibc keeps for itself)
 */
export function signalNumber(text: string): number | undefined {
  const word = text.trim().toUpperCase();
  if (/^\d+$/.test(word)) return isSignal(Number(word)) ? Number(word) : undefined;
  const name = word.startsWith('SIG') ? word : `SIG${word}`;
  return numbersByName.get(name) ?? realTimeNumber(name);
}

const isSignal = (number: number): boolean => namesByNumber.has(number) || isRealTime(number);
const isRealTime = (number: number): boolean => number >= SIGRTMIN && number <= SIGRTMAX;

function realTimeNumber(name: string): number | undefined {
  const [, base, offset] = /^SIGRT(MIN\+|MAX-)(\d{1,2})$/.exec(name) ?? [];
  if (offset === undefined) return undefined;
  const number = base === 'MIN+' ? SIGRTMIN + Number(offset) : SIGRTMAX - Number(offset);
  return isRealTime(number) ? number : undefined;
}

/** The name as Supervisor prints it: 15 → 'SIGTERM'; one without a name: 'signal 35' (options.py, signame). */
export const signalName = (number: number): string => namesByNumber.get(number) ?? `signal ${number}`;

/** Whom to signal: the process, or with `group` its whole process group. */
export interface SignalRequest {
  readonly pid: number;
  readonly signal: number;
  readonly group: boolean;
}

/**
 * Sends a signal to a program.
 *
 * @returns 'gone' when there is no such process or group (ESRCH): it has just exited, which is not an error
 * @throws LibcError EPERM, EINVAL
 * @throws Error for a pid that means everyone, PID 1 or ourselves (kill(2): 0 and -1)
 */
export function sendSignal({ pid, signal, group }: SignalRequest): 'sent' | 'gone' {
  if (!isSomebodyElse(pid, group)) {
    const whom = group ? 'process group' : 'pid';
    throw new Error(`cannot send ${signalName(signal)} to ${whom} ${pid}: it is not a program's`);
  }
  try {
    check('kill', libc.kill(group ? -pid : pid, signal));
    return 'sent';
  } catch (error) {
    if (error instanceof LibcError && error.code === 'ESRCH') return 'gone';
    throw error;
  }
}

const isSomebodyElse = (pid: number, group: boolean): boolean =>
  Number.isInteger(pid) && pid > 1 && pid !== process.pid && !(group && pid === ownProcessGroup());
