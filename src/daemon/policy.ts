/** Where options of the plan become the policies of the machines: the one place that renames them. */
import { type Policy } from '../core/process-machine.ts';
import { type SupervisorPolicy } from '../core/supervisor-machine.ts';
import { type Plan, type ProcessPlan } from '../config/plan.ts';

/** The part of a [program:x] section that the process machine needs. */
export function processPolicy(plan: ProcessPlan): Policy {
  return {
    startMs: plan.startsecs,
    startRetries: plan.startretries,
    autorestart: plan.autorestart,
    exitCodes: plan.exitcodes,
    stopSignals: plan.stopsignal,
    stopMs: plan.stopwaitsecs,
    stopAsGroup: plan.stopasgroup,
    killAsGroup: plan.killasgroup,
  };
}

/** The part of [supervisord] that the supervisor machine needs. `mainNamespec`: see SupervisorPolicy. */
export function supervisorPolicy({ supervisord }: Plan, mainNamespec: string | undefined): SupervisorPolicy {
  return {
    exitWhenDone: supervisord.exit_when_done,
    exitCodeOnStop: supervisord.exit_code_on_stop,
    shutdownMs: supervisord.shutdown_timeout,
    mainNamespec,
  };
}
