/** The HTTP servers over the generations: a restart keeps open what stays as it was, so that no client meets a closed door. */
import { isDeepStrictEqual } from 'node:util';
import { type OpenServer } from '../api/server.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { openServers, type ServerRequest, type ServersContext } from './control-servers.ts';

/** All servers that are open. */
export class OpenServers {
  readonly #context: (activity: ActivityLog) => ServersContext;
  #requests: readonly ServerRequest[] = [];
  #servers: Promise<readonly OpenServer[]> = Promise.resolve([]);

  constructor(context: (activity: ActivityLog) => ServersContext) {
    this.#context = context;
  }

  /** Opens them. @throws ListenError when one that a section asks for cannot be opened */
  async open(requests: readonly ServerRequest[], activity: ActivityLog): Promise<void> {
    this.#requests = requests;
    this.#servers = openServers(requests, this.#context(activity));
    await this.#servers;
  }

  /** What the next plan asks for. Its programs are stopped already: a server that cannot be opened must not end the rest. */
  async replace(requests: readonly ServerRequest[], activity: ActivityLog): Promise<void> {
    if (isDeepStrictEqual(requests, this.#requests)) return;
    await this.close();
    try {
      await this.open(requests, activity);
    } catch (error) {
      activity.error(String(error));
    }
  }

  /** Closes them all; their sockets are removed. */
  async close(): Promise<void> {
    const servers = await this.#servers.catch(() => []);
    await Promise.all(servers.map((server) => server.close()));
  }
}
