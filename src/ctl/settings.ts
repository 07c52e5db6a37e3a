/** Options, the config file and the defaults, put together. */
import { UsageError } from './getopt.ts';
import { type Server } from './transport.ts';

/** `[supervisorctl]`, with what is not set left out; values after expansion. */
export interface CtlConfig {
  readonly serverurl?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Without the `> ` after it. */
  readonly prompt?: string | undefined;
  readonly history_file?: string | undefined;
}

/** What reading the config file found. */
export type CtlConfigRead =
  | { readonly kind: 'read'; readonly config: CtlConfig }
  /** No file was named, and none is where it is looked for. */
  | { readonly kind: 'noFile' }
  /** The file has no `[supervisorctl]`. */
  | { readonly kind: 'noSection' }
  /** The file cannot be used; the text goes behind `Error: `. */
  | { readonly kind: 'error'; readonly error: string };

/** Reads the named file, or the one that is found; `src/commands/ctl.ts` knows how. */
export type ReadCtlConfig = (path: string | undefined) => CtlConfigRead | Promise<CtlConfigRead>;

/** The socket where tsupervisor listens when its config names no server. */
export const defaultSocket = '/run/tsupervisor.sock';

const SUPERVISOR_URL = 'http://localhost:9001';
const SUPERVISOR_PROMPT = 'supervisor';

/** What the client needs to know before it starts. */
export interface Settings {
  readonly server: Server;
  readonly prompt: string;
  readonly historyFile: string | undefined;
}

interface Sources {
  readonly options: ReadonlyMap<string, string>;
  readonly read: CtlConfigRead;
  /** Whether there is a file at `defaultSocket`. */
  readonly hasDefaultSocket: boolean;
}

// supervisorctl insists on the section. Where tsupervisor's own socket is, or -s is given, nothing is missing.
function configFrom({ options, read, hasDefaultSocket }: Sources): CtlConfig {
  if (read.kind === 'error') throw new UsageError(read.error);
  if (read.kind === 'read') return read.config;
  if (read.kind === 'noSection' && !hasDefaultSocket && !options.has('serverurl'))
    throw new UsageError('.ini file does not include supervisorctl section');
  return {};
}

/**
 * An option wins over the config, the config over the default.
 *
 * The default server is tsupervisor's socket where there is one, else Supervisor's http://localhost:9001.
 *
 * @throws UsageError when the config cannot be used
 */
export function settle(sources: Sources): Settings {
  const { options, hasDefaultSocket } = sources;
  const config = configFrom(sources);
  const defaultUrl = hasDefaultSocket ? `unix://${defaultSocket}` : SUPERVISOR_URL;
  return {
    server: {
      serverurl: options.get('serverurl') ?? config.serverurl ?? defaultUrl,
      username: options.get('username') ?? config.username,
      password: options.get('password') ?? config.password,
    },
    prompt: config.prompt ?? SUPERVISOR_PROMPT,
    historyFile: options.get('history_file') ?? config.history_file,
  };
}
