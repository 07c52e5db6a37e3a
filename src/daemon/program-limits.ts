import { type ProcessPlan } from '../config/plan.ts';
import { inheritedOpenFiles } from './open-files.ts';
import { resourceNames } from '../linux/limits.ts';
import { type ProgramLimit } from '../linux/spawn-limits.ts';

type LimitOption = Extract<keyof ProcessPlan, `limit_${string}`>;

const limitOptions: readonly LimitOption[] = [
  'limit_as',
  'limit_core',
  'limit_cpu',
  'limit_data',
  'limit_fsize',
  'limit_memlock',
  'limit_msgqueue',
  'limit_nofile',
  'limit_nproc',
  'limit_rtprio',
  'limit_sigpending',
  'limit_stack',
];

/** The limits that a section sets: `limit_nofile` is the resource `nofile` (setrlimit(2)). */
export function programLimits(plan: ProcessPlan): readonly ProgramLimit[] {
  const own = limitOptions.flatMap((option): readonly ProgramLimit[] => {
    const limit = plan[option];
    const resource = resourceNames.get(option.slice('limit_'.length));
    return limit === undefined || resource === undefined ? [] : [{ resource, ...limit }];
  });
  const openFiles = plan.limit_nofile === undefined ? inheritedOpenFiles() : undefined;
  return openFiles === undefined ? own : [...own, openFiles];
}
