import { type ProgramValues } from './options-sections.ts';
import { report, type OptionContext } from './reading.ts';

/** More processes than a machine has pids. */
export const maxProcesses = 100_000;

/** What the options of a program must have to do with each other. */
export function checkTogether(context: OptionContext, shared: ProgramValues): void {
  const { reading, section, suffix } = context;
  const placeOf = (name: string) => section.entries.get(name)?.place ?? section.header;
  const text = section.entries.get('process_name')?.text ?? '';
  if (shared.numprocs > 1 && !text.includes('%(process_num)'))
    report(reading, placeOf('numprocs'), {
      message: `cannot use numprocs = ${shared.numprocs}: process_name does not contain %(process_num)`,
      supervisor: `%(process_num) must be present within process_name when numprocs > 1${suffix}`,
      suggestion: 'add process_name = %(program_name)s_%(process_num)02d',
    });
  if (shared.stopasgroup && !shared.killasgroup)
    report(reading, placeOf('killasgroup'), {
      message: 'cannot use killasgroup = false: stopasgroup is true',
      supervisor: `Cannot set stopasgroup=true and killasgroup=false${suffix}`,
      suggestion: 'remove killasgroup; it is true when stopasgroup is',
    });
  if (shared.numprocs > maxProcesses)
    report(reading, placeOf('numprocs'), {
      message: `cannot use numprocs = ${shared.numprocs}: at most ${maxProcesses} are possible`,
    });
}

/** Who is not root cannot become somebody else: the program runs as we are. */
export function checkUser({ reading, section }: OptionContext, values: ProgramValues): ProgramValues {
  const { user } = values;
  const { uid } = reading.host;
  if (user === undefined || uid === 0 || uid === user.uid) return values;
  const entry = section.entries.get('user');
  report(reading, entry?.place ?? section.header, {
    severity: 'warning',
    message: `cannot run [${section.name}] as ${entry?.text ?? user.uid}: we are uid ${uid}, not root; it runs as we are`,
    suggestion: 'run the container as root, or remove the option',
  });
  return { ...values, user: undefined };
}
