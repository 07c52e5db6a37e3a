/** Makes the processes of a plan: who they are, where they stand, what they run with. */
import { type Host } from '../config/host.ts';
import { type GroupPlan, type Plan, type ProcessPlan } from '../config/plan.ts';
import { type ProcessEvent } from '../core/process-machine.ts';
import { type OutputPlan } from '../output/channel-plan.ts';
import { type Flow } from '../output/flow.ts';
import { type OutputPlane } from '../output/output-plane.ts';
import { ProcessOutput } from '../output/process-output.ts';
import { type AutoLogs } from './auto-logs.ts';
import { childEnvironment } from './child-environment.ts';
import { type Events, type ListenerBody } from './events.ts';
import { FcgiListener } from './fcgi-listener.ts';
import { outputPlan } from './output-plan.ts';
import { processPolicy } from './policy.ts';
import { spawnProgram } from './spawn-program.ts';
import { Stdin } from './stdin.ts';
import { type Syslog } from './syslog.ts';
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
  readonly events: Events;
  readonly syslog: Syslog;
  /** Shows a stream of a process in the activity log; undefined: its level is above DEBG. */
  readonly show: ((name: string, stream: 'stdout' | 'stderr') => Flow) | undefined;
}

/** Makes the processes of one group, in start order. */
export function makeGroup(group: GroupPlan, workshop: Workshop): readonly Supervised[] {
  const { host, tell, events } = workshop;
  events.openPool(group);
  const fcgi = group.kind === 'fcgi-program' ? new FcgiListener(group.socket, host, tell) : undefined;
  return group.processes.map((plan) => makeProcess(plan, group, { ...workshop, fcgi }));
}

interface GroupWorkshop extends Workshop {
  readonly fcgi: FcgiListener | undefined;
}

function makeProcess(plan: ProcessPlan, group: GroupPlan, workshop: GroupWorkshop): Supervised {
  const listener = workshop.events.listenerOf(plan);
  const output = new ProcessOutput(planOutput(plan, workshop, listener), workshop.plane);
  const stdin = new Stdin();
  const { serverUrl, host, warn, fcgi } = workshop;
  // Made for each spawn: a thousand programs need not hold a thousand copies.
  const environment = (): Map<string, string> =>
    childEnvironment(plan, { inherited: host.environment, serverUrl });
  const program = { plan, environment, output, stdin, host, warn, fcgi };
  const body: Body = {
    spawn: (): ProcessEvent => {
      const event = spawnProgram(program);
      if (event.type === 'spawned' && stdin.pipe !== undefined) listener?.begin(event.pid, stdin.pipe);
      return event;
    },
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

/** What a listener says is for its pool: it makes no events, and does not belong between the lines of programs. */
function planOutput(plan: ProcessPlan, workshop: Workshop, listener: ListenerBody | undefined): OutputPlan {
  const { autoLogs, events, syslog, show } = workshop;
  const { supervisord } = workshop.plan;
  const output = outputPlan(plan, {
    supervisord,
    autoLogs,
    syslog,
    tapsOf: (stream) => events.tapsOf(plan, stream),
    // The pool shows what a listener says, as bytes.
    showOf: (stream) =>
      show === undefined || (listener !== undefined && stream === 'stdout')
        ? undefined
        : () => show(plan.name, stream),
  });
  if (listener === undefined) return output;
  const stdout = {
    ...output.stdout,
    destinations: output.stdout.destinations.filter(({ kind }) => kind !== 'stream'),
    captureMaxBytes: 0,
    observe: listener.hear,
  };
  return { ...output, stdout };
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
