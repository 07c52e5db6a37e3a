/** Every command line whose output is meant to differ from supervisorctl's, with the reason and how far it differs. */
import { type Ran } from './ctl-rig.ts';

/** One wanted difference. */
export interface Difference {
  /** The command line, or a pattern for it. */
  readonly command: RegExp;
  readonly reason: string;
  /** What must hold nevertheless; the outputs are normalised. */
  readonly holds: (real: Ran, ours: Ran) => boolean;
}

const extends_ = (real: Ran, ours: Ran): boolean =>
  ours.stdout.startsWith(real.stdout) && ours.stdout !== real.stdout && ours.code === real.code;

const DIFFERENCES: readonly Difference[] = [
  {
    command: /^(?:help|\?)$/,
    reason: 'new commands are listed under a heading of their own',
    holds: extends_,
  },
  {
    command: /^help (?:clear|status|tail)$/,
    reason: 'new forms follow those of supervisorctl',
    holds: extends_,
  },
  {
    command: /^help (?:health|events)$/,
    reason: 'new commands',
    holds: (real, ours) => real.stdout.startsWith('*** No help on ') && !ours.stdout.startsWith('***'),
  },
  {
    command: /^clear \S+:\*$/,
    reason: 'supervisorctl sends its own None as the name of a process: `m:None: ERROR (no such process)`',
    holds: (real, ours) =>
      real.stdout.includes(':None: ERROR') && ours.stdout === 'm:m_0: cleared\nm:m_1: cleared\n',
  },
  {
    command: /^tail -f \S+ \S+ /,
    reason: 'several processes are followed; supervisorctl knows one',
    holds: (real, ours) => real.stdout.startsWith('Error: ') && !ours.stdout.startsWith('Error: '),
  },
  {
    command: /^--history-file \S+ -s \S+ version$/,
    reason: 'the option that the help of supervisorctl names is taken',
    holds: (real, ours) => real.code === 2 && ours.code === 0,
  },
  {
    command: /^-c DIR\/included\.conf version$/,
    reason: '[supervisorctl] may stand in an included file',
    holds: (real, ours) => real.code === 2 && ours.code === 0,
  },
  {
    command: /^-c DIR\/none\.conf -s \S+ version$/,
    reason: 'with -s nothing of [supervisorctl] is missing',
    holds: (real, ours) => real.code === 2 && ours.code === 0,
  },
  {
    command: /^-c DIR\/bad\.conf version$/,
    reason: 'a config that cannot be read is an error with a text, not a traceback of Python',
    holds: (real, ours) =>
      real.stderr.startsWith('Traceback') && ours.code === 2 && ours.stderr.startsWith('Error: '),
  },
];

/** The wanted difference for a command line; undefined: the outputs must be equal. */
export const differenceFor = (command: string): Difference | undefined =>
  DIFFERENCES.find((difference) => difference.command.test(command));
