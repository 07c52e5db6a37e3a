/** The same configuration under Debian's Supervisor and under the built executable, and what listeners were told. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { supervisord, tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';

/** One notification as childutils has read it. */
export interface Told {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** The daemons that are compared. */
export const daemons = {
  supervisord: ['/usr/bin/python3', supervisord, '-n', '-c'],
  tsupervisor: [tsupervisor, '-c'],
} as const;

/** The name of one of them. */
export type DaemonName = keyof typeof daemons;

/** A daemon at work, with the traces that its listeners write. */
export class EventStage implements AsyncDisposable {
  readonly scratch = new Scratch();
  readonly init: Pid1;

  /**
   * `config`: sections beside [supervisord]. `DIR` is a folder of their own; `LISTENER name manner` is the command of
   * a listener that writes the trace `name`.
   */
  constructor(daemon: DaemonName, config: string, supervisordOptions = '') {
    const { folder } = this.scratch;
    const script = join(import.meta.dirname, 'events-listener.py');
    const sections = config
      .replaceAll(/LISTENER (\w+)/g, `/usr/bin/python3 ${script} DIR/$1`)
      .replaceAll('DIR', folder);
    const file = this.scratch.write(
      'supervisord.conf',
      `[supervisord]
nodaemon=true
logfile=${folder}/activity.log
loglevel=debug
pidfile=${folder}/supervisord.pid
childlogdir=${folder}
${supervisordOptions}
${sections}`,
    );
    this.init = new Pid1([...daemons[daemon], file]);
  }

  /** What the listeners that write this trace were told so far. */
  told(trace: string): readonly Told[] {
    const path = this.scratch.path(trace);
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8').split('\n').slice(0, -1).map(readTold);
  }

  /** The activity log so far, without the times. */
  get activity(): readonly string[] {
    if (!existsSync(this.scratch.path('activity.log'))) return [];
    const path = this.scratch.path('activity.log');
    if (!existsSync(path)) return [];
    const text = readFileSync(path, 'utf8');
    return text.split('\n').map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /, ''));
  }

  /** Waits until enough was told. Returns it. */
  async whenTold(trace: string, isEnough: (told: readonly Told[]) => boolean): Promise<readonly Told[]> {
    return await waitFor(`enough in the trace ${trace}`, () => {
      const told = this.told(trace);
      return isEnough(told) && told;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.init[Symbol.asyncDispose]();
    await this.scratch[Symbol.asyncDispose]();
  }
}

function readTold(line: string): Told {
  const noted: unknown = JSON.parse(line);
  if (!Array.isArray(noted)) throw new Error(`cannot read the trace: ${line}`);
  const [headers, payload] = noted;
  const texts = Object.entries(Object(headers)).map(([name, value]) => [name, String(value)] as const);
  return { headers: Object.fromEntries(texts), payload: String(payload) };
}

/** The type and the payload, with pids and times taken out, and without the exit status that only ours has. */
export const show = ({ headers, payload }: Told): string =>
  `${headers['eventname']} ${payload
    .replace(/ exitstatus:\d+$/, '')
    .replace(/pid:[1-9]\d*/, 'pid:N')
    .replace(/when:\d+/, 'when:N')}`;

/** The numbers of a notification. */
export const numbers = ({ headers }: Told): string =>
  `${headers['serial']} ${headers['pool']} ${headers['poolserial']}`;

/** Whether `len` is what childutils has taken: a wrong one would have made it wait, or cut the payload. */
export const hasTrueLength = ({ headers, payload }: Told): boolean =>
  Number(headers['len']) === Array.from(payload).length;
