/** What a client says, command by command, as text that can be compared. */
import { symlinkSync } from 'node:fs';
import { supervisorctl as debian, tsupervisor } from '../support/paths.ts';
import { normalise, type Server } from './clients-rig.ts';
import { run, type Ran } from './ctl-rig.ts';

/** The words of a command line under the server's config; input for a shell; or something that happens in between. */
export type Step = string | Typed | Happening;

/** What is typed into a shell. */
export interface Typed {
  readonly input: string;
}

/** What happens, and what was seen of it, when that shall be compared too. */
export type Happening = (server: Server) => unknown;

/** A client, called with words. */
export type Client = (server: Server, words: readonly string[], input?: string) => Promise<Ran>;

/** One command and what came of it, without what differs from run to run. */
export interface Entry {
  readonly command: string;
  readonly ran: Ran;
}

/** Debian's supervisorctl. */
export const supervisorctl: Client = (_server, words, input) => run(debian, words, input);

/** Ours, the built executable, by a link of the name supervisorctl. */
export const tsupervisorctl: Client = (server, words, input) => run(linked(server), words, input);

/** The path of a link `supervisorctl` to our executable. */
export function linked(server: Server): string {
  const link = server.scratch.path('supervisorctl');
  try {
    symlinkSync(tsupervisor, link);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return link;
}

/** Splits command lines at bars; DIR and PORT in them are filled in later. */
export const each = (commands: string): readonly string[] => commands.trim().split(/\s*\|\s*/);

/** Has a client do all steps, and writes down what it says. */
export async function transcribe(
  client: Client,
  server: Server,
  steps: readonly Step[],
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const step of steps) {
    const entry = await perform(client, server, step);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

async function perform(client: Client, server: Server, step: Step): Promise<Entry | undefined> {
  if (typeof step === 'function') return seen(step.name, await step(server));
  const ran =
    typeof step === 'string'
      ? await client(server, wordsOf(server, step))
      : await client(server, ['-c', server.config], step.input);
  const command = typeof step === 'string' ? step : step.input;
  return { command, ran: tidy(command, server, ran) };
}

/** A line that begins with an option is taken as it is, any other under the server's config. */
function wordsOf(server: Server, line: string): readonly string[] {
  const words = server.fill(line).split(' ');
  return line.startsWith('-') ? words : ['-c', server.config, ...words];
}

const seen = (command: string, value: unknown): Entry | undefined =>
  value === undefined ? undefined : { command, ran: { stdout: JSON.stringify(value), stderr: '', code: 0 } };

function tidy(command: string, server: Server, { stdout, stderr, code }: Ran): Ran {
  const shown = normalise(stdout, server).replaceAll(linkPath, debian);
  const lines = isUnordered(command) ? shown.split('\n').toSorted().join('\n') : shown;
  return { stdout: lines, stderr: normalise(stderr, server).replaceAll(linkPath, debian), code };
}

const linkPath = 'DIR/supervisorctl';

/** A server answers for several processes in the order in which they happen to be done. */
const isUnordered = (command: string): boolean =>
  /^(?:start|stop|restart|signal \S+) (?:\S+:\*?|all)$/.test(command);
