import { type Channel, type PlannedProcess } from '../api/control.ts';
import { type GroupPlan, type ProcessPlan } from '../config/plan.ts';
import { type AutoLogs } from './auto-logs.ts';
import { logPaths } from './control-logs.ts';

/** What a planned process is told with. */
export interface PlannedContext {
  readonly group: GroupPlan;
  /** Whether the group is active. */
  readonly inuse: boolean;
  /** Of the active plan: AUTO logs of groups that are not active have no names yet. */
  readonly autoLogs: AutoLogs;
}

/** Supervisor says `auto` as long as there is no file. */
function logfile(
  plan: ProcessPlan,
  channel: Channel,
  { inuse, autoLogs }: PlannedContext,
): string | undefined {
  const isAuto = plan[`${channel}_logfile`].some(({ kind }) => kind === 'auto');
  return isAuto && !inuse ? 'auto' : logPaths(plan, channel, autoLogs)[0];
}

const hasSyslog = (plan: ProcessPlan, channel: Channel): boolean =>
  plan[`${channel}_syslog`] || plan[`${channel}_logfile`].some(({ kind }) => kind === 'syslog');

/** Whole seconds stay whole; the file may say 0.5. */
const seconds = (ms: number): number => ms / 1000;

/** A process of a plan, with Supervisor's names and units. */
export function plannedProcess(plan: ProcessPlan, context: PlannedContext): PlannedProcess {
  const { group, inuse } = context;
  return {
    autostart: plan.autostart,
    directory: plan.directory,
    uid: plan.user?.uid,
    command: plan.command,
    exitcodes: plan.exitcodes,
    group: group.name,
    group_prio: group.priority,
    inuse,
    killasgroup: plan.killasgroup,
    name: plan.name,
    process_prio: plan.priority,
    redirect_stderr: plan.redirect_stderr,
    startretries: plan.startretries,
    startsecs: seconds(plan.startsecs),
    stdout_capture_maxbytes: plan.stdout_capture_maxbytes,
    stdout_events_enabled: plan.stdout_events_enabled,
    stdout_logfile: logfile(plan, 'stdout', context),
    stdout_logfile_backups: plan.stdout_logfile_backups,
    stdout_logfile_maxbytes: plan.stdout_logfile_maxbytes,
    stdout_syslog: hasSyslog(plan, 'stdout'),
    stopsignal: plan.stopsignal[0] ?? 15,
    stopwaitsecs: seconds(plan.stopwaitsecs),
    stderr_capture_maxbytes: plan.stderr_capture_maxbytes,
    stderr_events_enabled: plan.stderr_events_enabled,
    stderr_logfile: logfile(plan, 'stderr', context),
    stderr_logfile_backups: plan.stderr_logfile_backups,
    stderr_logfile_maxbytes: plan.stderr_logfile_maxbytes,
    stderr_syslog: hasSyslog(plan, 'stderr'),
    serverurl: plan.serverurl,
  };
}
