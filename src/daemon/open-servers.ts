/** The HTTP servers over the generations: a restart keeps open what stays as it was, so that no client meets a closed door. */
import { isDeepStrictEqual } from 'node:util';
import { type OpenServer } from '../api/server.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { openServers, type ServerRequest, type ServersContext } from './control-servers.ts';

interface Opened {
  readonly request: ServerRequest;
  readonly servers: readonly OpenServer[];
}

/** All servers that are open. */
export class OpenServers {
  readonly #context: (activity: ActivityLog) => ServersContext;
  #requests: readonly ServerRequest[] = [];
  #servers: Promise<readonly OpenServer[]> = Promise.resolve([]);
  #replaced: Promise<void> = Promise.resolve();

  constructor(context: (activity: ActivityLog) => ServersContext) {
    this.#context = context;
  }

  /** Opens them. @throws ListenError when one that a section asks for cannot be opened */
  async open(requests: readonly ServerRequest[], activity: ActivityLog): Promise<void> {
    this.#requests = requests;
    this.#servers = openServers(requests, this.#context(activity));
    await this.#servers;
  }

  /**
   * What the next plan asks for. Its programs are stopped already: a server that cannot be opened must not end the rest,
   * and the next restart tries again. One replacement after the other, however fast they are asked for.
   */
  async replace(requests: readonly ServerRequest[], activity: ActivityLog): Promise<void> {
    this.#replaced = this.#replaced
      .then(async () => this.#replaceNow(requests, activity))
      // Else no later one would be tried.
      .catch((error: unknown) => activity.error(`cannot replace the servers: ${String(error)}`));
    await this.#replaced;
  }

  /** Closes them all; their sockets are removed. */
  async close(): Promise<void> {
    await this.#replaced;
    await this.#closeNow();
  }

  async #closeNow(): Promise<void> {
    const servers = await this.#servers.catch(() => []);
    await Promise.all(servers.map((server) => server.close()));
  }

  async #replaceNow(requests: readonly ServerRequest[], activity: ActivityLog): Promise<void> {
    if (isDeepStrictEqual(requests, this.#requests)) return;
    await this.#closeNow();
    if (requests.length === 0) return this.open(requests, activity);
    const tried = await Promise.all(requests.map(async (request) => this.#tryToOpen(request, activity)));
    const opened = tried.filter((one) => one !== undefined);
    this.#requests = opened.map(({ request }) => request);
    this.#servers = Promise.resolve(opened.flatMap(({ servers }) => servers));
  }

  async #tryToOpen(request: ServerRequest, activity: ActivityLog): Promise<Opened | undefined> {
    try {
      return { request, servers: await openServers([request], this.#context(activity)) };
    } catch (error) {
      activity.error(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
