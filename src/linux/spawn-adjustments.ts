/** What a program is given right after it has been spawned, because posix_spawn(3) cannot say it. */
import { writeFileSync } from 'node:fs';

import { check, libc } from './libc.ts';
import { limitProgram, type ProgramLimit } from './spawn-limits.ts';

/** <sys/resource.h> */
const PRIO_PROCESS = 0;

/** The program has ended before it could be adjusted: no such process, and no file of it in /proc. */
const endedAlready: ReadonlySet<string> = new Set(['ESRCH', 'ENOENT']);

/** What can be adjusted. `nice` is -20 to 19, `oomScoreAdj` -1000 to 1000 (proc_pid_oom_score_adj(5)). */
export interface Adjustable {
  readonly limits?: readonly ProgramLimit[] | undefined;
  readonly nice?: number | undefined;
  readonly oomScoreAdj?: number | undefined;
}

/** What the kernel did not allow: the program runs without it. `code` is the errno's name. */
export interface Refusal {
  readonly what: 'limits' | 'nice' | 'oomScoreAdj';
  readonly code: string;
}

/** One thing to do to a program that has just been spawned. */
export interface Adjustment {
  readonly what: Refusal['what'];
  readonly apply: (pid: number) => void;
}

/** Everything that is to be done. */
export function adjustmentsOf({ limits = [], nice, oomScoreAdj }: Adjustable): readonly Adjustment[] {
  const adjustments: Adjustment[] = limits.map((limit) => ({
    what: 'limits',
    apply: (pid) => limitProgram(pid, limit),
  }));
  if (nice !== undefined) adjustments.push({ what: 'nice', apply: (pid) => setNice(pid, nice) });
  if (oomScoreAdj !== undefined)
    adjustments.push({ what: 'oomScoreAdj', apply: (pid) => setOomScoreAdj(pid, oomScoreAdj) });
  return adjustments;
}

/** Applies each, and returns those that the kernel refused, with the reason. */
export function adjust(pid: number, adjustments: readonly Adjustment[]): readonly (Adjustment & Refusal)[] {
  return adjustments.flatMap((adjustment) => {
    try {
      adjustment.apply(pid);
      return [];
    } catch (error) {
      const code = codeOf(error);
      return endedAlready.has(code) ? [] : [{ ...adjustment, code }];
    }
  });
}

/** The errno's name in a LibcError or a SystemError; another error is a mistake of ours and is thrown on. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}

const setNice = (pid: number, nice: number): void =>
  void check('setpriority', libc.setpriority(PRIO_PROCESS, pid, nice));

const setOomScoreAdj = (pid: number, value: number): void =>
  writeFileSync(`/proc/${pid}/oom_score_adj`, String(value));
