/** What one server, supervisord or ours, answers to the questions of a Python script. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Pid1 } from '../support/pid1.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);

/** Who is asked, and what. */
export interface Interview {
  /** `FOLDER` in it is the server's folder; the socket is s.sock in it. */
  readonly configuration: string;
  /** Whether the questions may begin. */
  readonly isReady: (scratch: Scratch) => boolean;
  /** The file beside this one that asks; its first argument is the socket. */
  readonly script: string;
  /** Its other arguments. */
  readonly argv: (scratch: Scratch) => readonly string[];
}

/** The sections of a server with its control socket; `options` are further ones of [supervisord]. */
export const serverSections = (options = ''): string => `
[supervisord]
nodaemon=true
${options}
logfile=FOLDER/main.log
pidfile=FOLDER/pid
childlogdir=FOLDER
[unix_http_server]
file=FOLDER/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
`;

/** The answers by their titles. Questions that are asked again are numbered. */
export type Answers = ReadonlyMap<string, unknown>;

/** Asks one server everything. */
export async function answersOf(
  argv: readonly string[],
  { configuration, isReady, script, argv: scriptArgv }: Interview,
): Promise<Answers> {
  await using scratch = new Scratch();
  scratch.write('s.conf', configuration.replaceAll('FOLDER', scratch.folder));
  await using _server = new Pid1([...argv, '-c', scratch.path('s.conf')]);
  await waitFor('the control socket', () => existsSync(scratch.path('s.sock')));
  await waitFor('the programs', () => isReady(scratch));
  const words = [join(import.meta.dirname, script), scratch.path('s.sock'), ...scriptArgv(scratch)];
  const { stdout } = await run('/usr/bin/python3', words, { maxBuffer: 2 ** 26 });
  const rows: unknown = JSON.parse(stdout);
  return numbered(Array.isArray(rows) ? rows : []);
}

function numbered(rows: readonly unknown[]): Answers {
  const answers = new Map<string, unknown>();
  for (const row of rows) {
    const [title, answer]: readonly unknown[] = Array.isArray(row) ? row : [];
    const count = [...answers.keys()].filter((key) => key.startsWith(`${String(title)} #`)).length;
    answers.set(`${String(title)} #${count + 1}`, answer);
  }
  return answers;
}
