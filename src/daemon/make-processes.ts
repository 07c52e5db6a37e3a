/** Makes the processes of a plan: who they are, where they stand, what they run with. */
import { type Host } from '../config/host.ts';
import { type GroupPlan, type Plan, type ProcessPlan } from '../config/plan.ts';
import { type ProcessEvent } from '../core/process-machine.ts';
import { type OutputPlane } from '../output/output-plane.ts';
import { ProcessOutput } from '../output/process-output.ts';
import { type AutoLogs } from './auto-logs.ts';
import { childEnvironment } from './child-environment.ts';
import { FcgiListener } from './fcgi-listener.ts';
import { outputPlan } from './output-plan.ts';
import { processPolicy } from './policy.ts';
import { spawnProgram } from './spawn-program.ts';
import { Stdin } from './stdin.ts';
import { type Body, type Standing, Supervised } from './supervised.ts';

/** What processes are made with. */
export interface Workshop {
  readonly plan: Plan;
  readonly plane: OutputPlane;
  readonly autoLogs: AutoLogs;
  readonly host: Host;
  /** $SUPERVISOR_SERVER_URL; undefined: there is no server. */
  readonly serverUrl: string | undefined;
  readonly warn: (message: string) => void;
  /** For the activity log, at INFO. */
  readonly tell: (message: string) => void;
}

/** Makes the processes of one group, in start order. */
export function makeGroup(group: GroupPlan, workshop: Workshop): readonly Supervised[] {
  const { host, tell } = workshop;
  const fcgi = group.kind === 'fcgi-program' ? new FcgiListener(group.socket, host, tell) : undefined;
  return group.processes.map((plan) => makeProcess(plan, group, { ...workshop, fcgi }));
}

interface GroupWorkshop extends Workshop {
  readonly fcgi: FcgiListener | undefined;
}

function makeProcess(plan: ProcessPlan, group: GroupPlan, workshop: GroupWorkshop): Supervised {
  const output = new ProcessOutput(
    outputPlan(plan, workshop.plan.supervisord, workshop.autoLogs),
    workshop.plane,
  );
  const stdin = new Stdin();
  const { serverUrl, host, warn, fcgi } = workshop;
  // Made for each spawn: a thousand programs need not hold a thousand copies.
  const environment = (): ReadonlyMap<string, string> =>
    childEnvironment(plan, { inherited: host.environment, serverUrl });
  const program = { plan, environment, output, stdin, host, warn, fcgi };
  const body: Body = {
    spawn: (): ProcessEvent => spawnProgram(program),
    buried: () => {
      stdin.close();
      fcgi?.release();
    },
    stderrTail: () =>
      output
        .tail(plan.redirect_stderr ? 'stdout' : 'stderr')
        .read()
        .toString(),
    program: { plan, output, stdin },
  };
  return new Supervised(standingOf(plan, group), processPolicy(plan), body);
}

/** The rank is the group's priority: members of one group stop together, as in Supervisor. */
const standingOf = ({ name, program, autostart, critical }: ProcessPlan, group: GroupPlan): Standing => ({
  name,
  group: group.name,
  program,
  rank: group.priority,
  isListener: group.kind === 'eventlistener',
  autostart,
  critical,
});
