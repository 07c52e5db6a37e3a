/** The client from its command line to its exit code. */
import { existsSync } from 'node:fs';
import { COMMANDS } from './commands.ts';
import { complete } from './completion.ts';
import { Interrupted } from './errors.ts';
import { execute } from './execute.ts';
import { GENERIC, INVALID_ARGS } from './exit-codes.ts';
import { UsageError } from './getopt.ts';
import { health } from './health.ts';
import { readHistory, writeHistory } from './history-file.ts';
import { laterLines } from './later-lines.ts';
import { type CtlArguments, helpText, parseArguments } from './options.ts';
import { type ProcessInfo } from './rpc.ts';
import { type CtlIo, Client } from './client.ts';
import { defaultSocket, type ReadCtlConfig, type Settings, settle } from './settings.ts';
import { runShell } from './shell.ts';

// A reader that has gone (`| head`) ends what is written to it, and nothing else.
const ignore = (): void => undefined;

/** As the shell shows a program that Ctrl-C has ended: 128 + SIGINT. */
const INTERRUPTED = 130;

interface Parts {
  readonly io: CtlIo;
  readonly given: CtlArguments;
  readonly settings: Settings;
}

const isTerminal = ({ stdin, stdout }: CtlIo): boolean => stdin.isTTY === true && stdout.isTTY === true;

/** Names for Tab, asked for once per prompt; none when the server does not answer. */
const processesOf = (client: Client): Promise<readonly ProcessInfo[]> =>
  client.rpc.allProcesses().catch(() => []);

function openClient({ io, given, settings }: Parts, history: string[]): Client {
  const lines = laterLines(async () => {
    const { PipedLines, TerminalLines } = await import('./line-reader.ts');
    const ends = { input: io.stdin, output: io.stdout };
    if (!isTerminal(io)) return new PipedLines(ends);
    const completer = { commands: COMMANDS, processes: () => processesOf(client) };
    const editing = { history, complete: (line: string) => complete(line, completer) };
    return new TerminalLines({ ...ends, editing });
  });
  const interactive = given.words.length === 0 || given.options.has('interactive');
  const client = new Client({ io, server: settings.server, interactive, commands: COMMANDS, lines });
  return client;
}

async function runCommand(client: Client, words: readonly string[]): Promise<number> {
  try {
    await execute(client, words.join(' '));
    return client.exitCode;
  } catch (error) {
    if (error instanceof Interrupted) return INTERRUPTED;
    throw error;
  }
}

const prognameOf = ({ progname = 'tsupervisor ctl' }: CtlIo): string => progname;

async function runClient(parts: Parts): Promise<number> {
  const { io, given, settings } = parts;
  const history = readHistory(settings.historyFile);
  // For good: the error of a write may come after the last command.
  io.stdout.on('error', ignore);
  using client = openClient(parts, history);
  if (given.words.length > 0) return await runCommand(client, given.words);
  await runShell(client, settings.prompt);
  writeHistory(settings.historyFile, history);
  return 0;
}

function refuse(io: CtlIo, error: UsageError): number {
  io.stderr.write(`Error: ${error.message}\nFor help, use ${prognameOf(io)} -h\n`);
  return INVALID_ARGS;
}

async function readSettings(given: CtlArguments, readConfig: ReadCtlConfig): Promise<Settings> {
  const read = await readConfig(given.options.get('configuration'));
  return settle({ options: given.options, read, hasDefaultSocket: existsSync(defaultSocket) });
}

async function runGiven(given: CtlArguments, io: CtlIo, readConfig: ReadCtlConfig): Promise<number> {
  try {
    return await runClient({ io, given, settings: await readSettings(given, readConfig) });
  } catch (error) {
    if (!(error instanceof UsageError) || given.words[0] !== health.name) throw error;
    refuse(io, error);
    // 2 would be wrong: Docker reserves it (see health.ts).
    return GENERIC;
  }
}

/**
 * Runs the client.
 *
 * @returns the exit code: of the command, 0 after the shell, 2 for a wrong command line or config
 */
export async function runCtl(argv: readonly string[], io: CtlIo, readConfig: ReadCtlConfig): Promise<number> {
  try {
    const given = parseArguments(argv);
    if (given.options.has('help')) {
      io.stdout.write(`${helpText(prognameOf(io))}\n`);
      return 0;
    }
    return await runGiven(given, io, readConfig);
  } catch (error) {
    if (error instanceof UsageError) return refuse(io, error);
    throw error;
  }
}
