import { type ProcessPlan } from '../config/plan.ts';

/** What the environment of a program is made of. */
export interface EnvironmentSource {
  /** tsupervisor's own environment, as the container runtime gave it. */
  readonly inherited: ReadonlyMap<string, string>;
  /** SUPERVISOR_SERVER_URL; undefined: no server, no variable (nor where the program's own `serverurl` is empty). */
  readonly serverUrl: string | undefined;
}

/**
 * The environment of one process: ours, then SUPERVISOR_*, then HOME, USER and LOGNAME of `user=`
 * (Supervisor leaves those three as they were; `set_home=false` does so too), then the [supervisord] and
 * the program's own `environment=`, which win.
 */
export function childEnvironment(
  plan: ProcessPlan,
  { inherited, serverUrl }: EnvironmentSource,
): Map<string, string> {
  const url = plan.serverurl ?? serverUrl;
  const variables = new Map(inherited);
  variables.set('SUPERVISOR_ENABLED', '1');
  if (url !== undefined && url !== '') variables.set('SUPERVISOR_SERVER_URL', url);
  variables.set('SUPERVISOR_PROCESS_NAME', plan.name);
  variables.set('SUPERVISOR_GROUP_NAME', plan.group);
  for (const [name, value] of identity(plan)) variables.set(name, value);
  for (const [name, value] of plan.environment) variables.set(name, value);
  return variables;
}

function identity({ user, set_home: setHome }: ProcessPlan): readonly (readonly [string, string])[] {
  if (user === undefined || !setHome) return [];
  const { name, home } = user;
  return [
    ...(home === undefined ? [] : [['HOME', home] as const]),
    ...(name === undefined ? [] : [['USER', name] as const, ['LOGNAME', name] as const]),
  ];
}
