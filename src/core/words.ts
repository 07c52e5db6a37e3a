/** The words for exit statuses and durations that the activity log, the API and the last line share. */
import { type ExitStatus, type ProcessEnd } from './exit-status.ts';

/** Turns a signal's number into its name, `SIGTERM`. */
export type SignalNamer = (signal: number) => string;

/** Supervisor's words for the end of a process: `exit status 3`, `terminated by SIGSEGV (core dumped)`. */
export function describeEnd(end: ProcessEnd, nameOf: SignalNamer): string {
  switch (end.kind) {
    case 'exited':
      return `exit status ${end.code}`;
    case 'signaled':
      return describeDeath(end, nameOf);
    case 'notExecuted':
      return end.why;
  }
}

const describeDeath = (
  { signal, coreDumped }: Extract<ExitStatus, { kind: 'signaled' }>,
  nameOf: SignalNamer,
): string => `terminated by ${nameOf(signal)}${coreDumped ? ' (core dumped)' : ''}`;

/** A duration for people: `0.8s`, `12s`, `3m 4s`, `2h 5m`, `3d 4h`. */
export function describeDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3600)}h`;
}
