/** What is said in the activity log at a start, and of sinks. */
import { type ActivityLog } from '../activity/activity-log.ts';
import { type Plan } from '../config/plan.ts';
import { type SinkReport } from '../output/sink.ts';

/** A line for the activity log, at Supervisor's level. */
export interface Message {
  readonly level: 'CRIT' | 'ERRO' | 'WARN' | 'INFO';
  readonly text: string;
}

/** A plan, and what is to be said of it in the activity log. */
export interface LoadedPlan {
  readonly plan: Plan;
  readonly messages: readonly Message[];
}

/** Why there is no plan. */
export interface NoPlan {
  readonly plan: undefined;
  readonly messages: readonly Message[];
  /** The first error in Supervisor's words. */
  readonly problem: string;
}

const methodOf = { CRIT: 'critical', ERRO: 'error', WARN: 'warn', INFO: 'info' } as const;

/** Writes the messages, each at its level. */
export function tell(activity: ActivityLog, messages: readonly Message[]): void {
  for (const { level, text } of messages) activity[methodOf[level]](text);
}

/** Says what became of a place that output goes to. */
export function tellSink(activity: ActivityLog, report: SinkReport): void {
  const { sink } = report;
  if (report.type === 'recovered')
    activity.warn(`${sink} takes output again; ${report.lostBytes} bytes were lost`);
  else if (report.type === 'failed')
    activity.error(
      `cannot ${report.syscall} ${sink}: ${report.code}; output to it is lost until it works again`,
    );
  else if (report.type === 'uncompressed')
    activity.error(
      `cannot compress ${sink}.1: ${report.syscall} failed with ${report.code}; rotated files stay as they are until it works again`,
    );
  else activity.error(`cannot rotate ${sink}: ${report.code}; it grows further`);
}
