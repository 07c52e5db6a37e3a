/** The ways to syslog: the local daemon for `syslog`, servers in the network for `syslog://host`; opened when used. */
import { hostname } from 'node:os';
import { type SyslogAddress } from '../core/syslog-address.ts';
import { connectMessages } from '../linux/datagram.ts';
import { type Flow } from '../output/flow.ts';
import { type LineOrigin } from '../output/format-json.ts';
import { HoldClock } from '../output/hold-clock.ts';
import { type Report } from '../output/sink.ts';
import { SyslogFlow } from '../output/syslog-flow.ts';
import { LocalSyslog } from '../output/syslog-local.ts';
import { localHeader, remoteHeader } from '../output/syslog-message.ts';
import { RemoteSyslog } from '../output/syslog-remote.ts';
import { type SyslogOutlet, SyslogSink } from '../output/syslog-sink.ts';

/** Where syslog(3) sends to (glibc, _PATH_LOG). */
const localPath = '/dev/log';

/** What Supervisor's messages are filed under: filters know it. */
const ident = 'supervisord';

/** All of syslog that a configuration asks for. */
export class Syslog {
  readonly #report: Report;
  readonly #clock = new HoldClock();
  readonly #remotes = new Map<string, SyslogOutlet>();
  #local: SyslogOutlet | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  /** One stream of an instance of a process, on its way to the local daemon. `name`: of the process, alone. */
  localFlow(name: string): Flow {
    const header = localHeader({ ident, process: name });
    return new SyslogFlow({
      sink: new SyslogSink({ outlet: this.#localOutlet(), header }),
      clock: this.#clock,
    });
  }

  /** The same, to a server in the network. */
  remoteFlow(address: SyslogAddress, { process, pid, stream }: LineOrigin): Flow {
    const header = remoteHeader({ host: hostname(), process, pid, stream });
    const sink = new SyslogSink({ outlet: this.#remoteOutlet(address), header });
    return new SyslogFlow({ sink, clock: this.#clock });
  }

  /** The activity log's lines, each with its time, as Supervisor sends them. */
  activitySink(): SyslogSink {
    const header = localHeader({ ident, process: undefined });
    return new SyslogSink({ outlet: this.#localOutlet(), header });
  }

  /** Lets go of all unfinished lines; resolves when everything is sent, or cannot be, or after `deadlineMs`. */
  async flush(deadlineMs: number): Promise<void> {
    this.#clock.releaseAll();
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, deadlineMs);
    const outlets = [...this.#remotes.values(), ...(this.#local === undefined ? [] : [this.#local])];
    const sent = Promise.all(outlets.map((outlet) => outlet.flush()));
    await Promise.race([sent, deadline.promise]);
    clearTimeout(timer);
  }

  #localOutlet(): SyslogOutlet {
    this.#local ??= new LocalSyslog({ path: localPath, connect: connectMessages, report: this.#report });
    return this.#local;
  }

  #remoteOutlet(address: SyslogAddress): SyslogOutlet {
    const key = JSON.stringify(address);
    const outlet = this.#remotes.get(key) ?? new RemoteSyslog({ address, report: this.#report });
    this.#remotes.set(key, outlet);
    return outlet;
  }
}
