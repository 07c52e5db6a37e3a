/** The servers of a plan: where they listen, and what answers there. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { type Control } from '../api/control.ts';
import { type WatchEvents } from '../api/events-route.ts';
import { ChownError, codeOf } from '../api/listening.ts';
import { type OpenServer, type ServerPlace } from '../api/server.ts';
import { type Service } from '../api/service.ts';
import { type Credentials } from '../api/authentication.ts';
import { type ActivityLog } from '../activity/activity-log.ts';
import { type Plan, type ServerPlan } from '../config/plan.ts';
import { getLimit } from '../linux/limits.ts';
import { peerCredentials } from '../linux/peer-credentials.ts';
import { findUser } from '../linux/users.ts';
import { settleMemory } from './settle-memory.ts';

/** Where `ctl` and `health` look when nothing else is said. */
const defaultSocket = '/run/tsupervisor.sock';

/** A server to open. */
export interface ServerRequest {
  readonly place: ServerPlace;
  readonly credentials: Credentials | undefined;
  /** The section of the configuration; undefined: the default socket, which may be missing. */
  readonly section: string | undefined;
}

/** What all servers of a plan have in common. */
export interface ServersContext {
  /** Asked at each request: a restart brings another one. */
  readonly control: () => Control;
  readonly activity: ActivityLog;
  /** For those who stream events. */
  readonly watchEvents: WatchEvents;
  /** The Server header. */
  readonly serverName: string;
}

interface OpeningContext extends ServersContext {
  readonly serverCount: number;
}

function placeOf(server: ServerPlan): ServerPlace {
  if (server.kind === 'inet') return { kind: 'inet', host: server.host, port: server.port };
  const { file, chmod, chown } = server;
  // (uid_t) -1 and (gid_t) -1 leave what is there (chown(2)).
  const owner = chown && { uid: chown.uid, gid: chown.gid ?? -1 };
  return { kind: 'unix', file, chmod, chown: owner };
}

function requestOf(server: ServerPlan): ServerRequest {
  const { username, password, section } = server;
  // As in Supervisor, an empty name asks for none.
  const isOpen = username === undefined || username === '' || password === undefined;
  const credentials = isOpen ? undefined : { username, password };
  return { place: placeOf(server), credentials, section };
}

const defaultRequest: ServerRequest = {
  place: { kind: 'unix', file: defaultSocket, chmod: 0o700, chown: undefined },
  credentials: undefined,
  section: undefined,
};

function canMakeDefault(): boolean {
  try {
    accessSync(dirname(defaultSocket), constants.W_OK | constants.X_OK);
    return true;
  } catch {
    // A read-only root file system, or a uid that may not write there.
    return false;
  }
}

/** The servers to open: those of the plan, else the default socket where it can be made; none for a lone command. */
export function serversOf(plan: Plan): readonly ServerRequest[] {
  if (plan.servers.length > 0) return plan.servers.map(requestOf);
  return plan.file !== undefined && canMakeDefault() ? [defaultRequest] : [];
}

/** What programs find in $SUPERVISOR_SERVER_URL. */
export const serverUrlOf = (plan: Plan, requests: readonly ServerRequest[]): string | undefined =>
  plan.serverUrl ?? (requests.includes(defaultRequest) ? `unix://${defaultSocket}` : undefined);

/** Nobody but us and root can connect. */
const isPrivate = ({ place }: ServerRequest): boolean => place.kind === 'unix' && (place.chmod & 0o077) === 0;

function announce(request: ServerRequest, activity: ActivityLog): void {
  const { section, credentials } = request;
  if (section === undefined) return;
  activity.info("RPC interface 'supervisor' initialized");
  if (credentials === undefined && !isPrivate(request))
    activity.critical(`Server '${section}' running without any HTTP authentication checking`);
}

/** Of the files that may be open, the clients of all servers together get a quarter: the programs need theirs. */
function filesFor(serverCount: number): number {
  const { soft } = getLimit('nofile');
  return soft === 'unlimited' ? Infinity : Math.floor(Number(soft) / (4 * serverCount));
}

/** Loaded with the first client. */
async function loadService(
  { credentials }: ServerRequest,
  { control, activity: log, watchEvents, serverName, serverCount }: OpeningContext,
): Promise<Service> {
  const [
    { createService, mostConnections },
    { rpcRoute },
    { logRoutes },
    { eventsRoute },
    { okRoute },
    { peerNamer },
  ] = await Promise.all([
    import('../api/service.ts'),
    import('../api/rpc-route.ts'),
    import('../api/log-routes.ts'),
    import('../api/events-route.ts'),
    import('../api/ok-route.ts'),
    import('../api/peer.ts'),
  ]);
  return createService({
    credentials,
    routes: [rpcRoute({ control, log }), ...logRoutes(control), eventsRoute(watchEvents), okRoute],
    log,
    peerOf: peerNamer(peerCredentials),
    serverName,
    maxConnections: Math.min(mostConnections, filesFor(serverCount)),
  });
}

/** Those that the daemon takes itself (supervise.ts), from below process.on(). */
const ownSignals: readonly string[] =
  'SIGHUP SIGINT SIGTERM SIGALRM SIGVTALRM SIGXCPU SIGXFSZ SIGUSR2 SIGQUIT SIGIO SIGPOLL SIGPWR SIGSTKFLT'.split(
    ' ',
  );

async function open(request: ServerRequest, context: OpeningContext): Promise<OpenServer> {
  const { openServer } = await import('../api/server.ts');
  return openServer({
    place: request.place,
    load: () => loadService(request, context),
    failed: (error) =>
      context.activity.critical(
        `cannot serve a client: ${error instanceof Error ? error.stack : String(error)}`,
      ),
    left: settleMemory,
    ownSignals,
  });
}

/**
 * Opens the servers. The default socket is a convenience: that it cannot be made is said at debug level.
 *
 * @throws ListenError when one of the plan's cannot be opened; those before it are closed again
 */
export async function openServers(
  requests: readonly ServerRequest[],
  context: ServersContext,
): Promise<readonly OpenServer[]> {
  if (requests.length === 0) context.activity.debug('there is no control socket');
  const opening = { ...context, serverCount: requests.length };
  const outcomes = await Promise.allSettled(requests.map((request) => open(request, opening)));
  const servers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined && requests.some(({ section }) => section !== undefined)) {
    await Promise.all(servers.map((server) => server.close()));
    throw failed.reason;
  }
  if (failed !== undefined) context.activity.debug(`no control socket: ${String(failed.reason)}`);
  else for (const request of requests) announce(request, context.activity);
  return servers;
}

const inUse =
  'Another program is already listening on a port that one of our HTTP servers is configured to use.  ' +
  'Shut this program down first before starting supervisord.';

function notPermitted({ path, owner: { uid, gid } }: ChownError): string {
  const own = process.geteuid?.() ?? 0;
  const name = findUser(String(own))?.name ?? own;
  return (
    `Not permitted to chown ${path} to uid/gid (${uid}, ${gid}); adjust "sockchown" value in config file or on ` +
    `command line to values that the current user (${name}) can successfully chown`
  );
}

/** Supervisor's words for it (options.py, openhttpservers, and http.py), and where they do not say it, which server it is. */
function wordsFor(error: unknown): string {
  if (error instanceof ChownError) return notPermitted(error);
  const code = codeOf(error) ?? '?';
  const first = code === 'EADDRINUSE' ? inUse : `Cannot open an HTTP server: socket.error reported ${code}`;
  return `${first}\n${error instanceof Error ? error.message : String(error)}`;
}

/** What is said on stderr when a server cannot be opened at start. */
export const describeListenError = (error: unknown, argv0: string): string =>
  `Error: ${wordsFor(error)}\nFor help, use ${argv0} -h\n`;
