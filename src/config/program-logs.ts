import { type LogDestination } from './log-destination.ts';
import { type Problem } from './place.ts';
import { type ProgramValues } from './options-sections.ts';
import { report, type OptionContext } from './reading.ts';

const isFile = ({ kind }: LogDestination): boolean => kind === 'file';

type Logs = Pick<ProgramValues, 'stdout_logfile' | 'stdout_syslog' | 'stderr_logfile' | 'stderr_syslog'>;

/**
 * Where the two streams of a process go, after what options say about each other, and what Supervisor logs about it.
 */
export function logsOf(context: OptionContext, values: ProgramValues): Logs {
  const out = withoutSyslog(context, values.stdout_logfile, 'stdout');
  const error = withoutSyslog(context, values.stderr_logfile, 'stderr');
  warnAboutRollover(context, values);
  if (values.redirect_stderr && error.destinations.some(isFile))
    context.reading.log({
      level: 'WARN',
      text: `For [${context.section.name}], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored`,
    });
  return {
    stdout_logfile: out.destinations,
    stdout_syslog: values.stdout_syslog || out.isSyslog,
    stderr_logfile: values.redirect_stderr ? [{ kind: 'none' }] : error.destinations,
    stderr_syslog: values.stderr_syslog || error.isSyslog,
  };
}

/** Supervisor's words go to the activity log, ours to `check`. */
function warn(
  { reading, section }: OptionContext,
  option: string,
  problem: Problem & { readonly supervisor: string },
): void {
  reading.log({ level: 'WARN', text: problem.supervisor });
  report(reading, section.entries.get(option)?.place ?? section.header, { ...problem, severity: 'warning' });
}

/** `logfile = syslog` is an old way to write `syslog = true`. */
function withoutSyslog(
  context: OptionContext,
  destinations: readonly LogDestination[],
  stream: 'stdout' | 'stderr',
) {
  const rest = destinations.filter(({ kind }) => kind !== 'syslog');
  const isSyslog = rest.length < destinations.length;
  if (isSyslog && destinations.length === 1)
    warn(context, `${stream}_logfile`, {
      message: `cannot recommend ${stream}_logfile = syslog: it is deprecated`,
      suggestion: `write ${stream}_syslog = true`,
      supervisor: `For [${context.section.name}], ${stream}_logfile=syslog but this is deprecated and will be removed.  Use ${stream}_syslog=true to enable syslog instead.`,
    });
  return { isSyslog, destinations: rest.length === 0 ? ([{ kind: 'none' }] as const) : rest };
}

function warnAboutRollover(context: OptionContext, values: ProgramValues): void {
  const { section } = context;
  for (const stream of ['stdout', 'stderr'] as const) {
    const isAuto = values[`${stream}_logfile`].some(({ kind }) => kind === 'auto');
    if (isAuto && values[`${stream}_logfile_maxbytes`] === 0)
      warn(context, `${stream}_logfile_maxbytes`, {
        message: `cannot bound the AUTO log of ${stream}: ${stream}_logfile_maxbytes is 0`,
        suggestion: `write ${stream}_logfile_maxbytes = 50MB`,
        supervisor: `For [${section.name}], AUTO logging used for ${stream}_logfile without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally`,
      });
  }
}
