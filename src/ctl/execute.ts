/** Runs one command line, and says what went wrong. */
import { type Command, type Outcome } from './command.ts';
import { adviceFor } from './advice.ts';
import { HttpError, Interrupted } from './errors.ts';
import { GENERIC } from './exit-codes.ts';
import { PythonError, pythonWords } from './python-words.ts';
import { type Client } from './client.ts';
import { upcheck } from './upcheck.ts';

const HEAD = /^(?<name>[A-Za-z0-9_]*)\s*(?<rest>[^]*)$/;

/** `?x` is `help x`; the name ends at the first character that is no letter, digit or underscore. */
function parseLine(line: string): { readonly name: string; readonly rest: string } {
  const { name = '', rest = '' } = HEAD.exec(line.replace(/^\?/, 'help '))?.groups ?? {};
  return { name, rest };
}

async function runChecked(client: Client, command: Command, rest: string): Promise<Outcome> {
  if (command.needsServer && !(await upcheck(client))) {
    client.fail(command.noServerExitCode ?? client.exitCode);
    return 'stay';
  }
  return command.run(client, rest);
}

/** @throws PythonError EOFError at the end of the input, as Python's input() */
async function ask(client: Client, prompt: string, hidden = false): Promise<string> {
  const answer = await client.lines.ask(prompt, { hidden });
  if (answer === undefined) throw new PythonError('EOFError', 'EOF when reading a line');
  return answer;
}

async function logIn(client: Client): Promise<void> {
  const username = await ask(client, 'Username:');
  const password = await ask(client, 'Password:', true);
  client.say('');
  client.connect({ ...client.server, username, password });
}

// Without a person to ask, supervisorctl tries once more and fails with the words of the error.
async function runAuthenticated(client: Client, command: Command, rest: string): Promise<Outcome> {
  try {
    return await runChecked(client, command, rest);
  } catch (error) {
    if (!(error instanceof HttpError && error.status === 401)) throw error;
    client.say('Server requires authentication');
    if (!client.interactive) throw error;
    await logIn(client);
    return runAuthenticated(client, command, rest);
  }
}

/** One line for an error that no command expects: Python's words, and what to do about it. */
function reportError(client: Client, error: unknown): void {
  const { type, message } = pythonWords(error);
  const advice = adviceFor(error, client.serverurl);
  client.say(`error: <class '${type}'>, ${message}${advice === undefined ? '' : ` (${advice})`}`);
  client.fail(GENERIC);
}

/**
 * Runs one command line; a blank one does nothing.
 *
 * @throws Interrupted when Ctrl-C ends a question
 */
export async function execute(client: Client, text: string): Promise<Outcome> {
  const line = text.trim();
  if (line === '') return 'stay';
  const { name, rest } = parseLine(line);
  const command = client.commands.get(name);
  if (command === undefined) {
    client.say(`*** Unknown syntax: ${line}`);
    client.fail(GENERIC);
    return 'stay';
  }
  try {
    return await runAuthenticated(client, command, rest);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    reportError(client, error);
    return 'stay';
  }
}
