/** Runs one command line, and says what went wrong. */
import { type Command, type Outcome } from './command.ts';
import { adviceFor } from './advice.ts';
import { HttpError } from './errors.ts';
import { GENERIC } from './exit-codes.ts';
import { Interrupted } from './line-reader.ts';
import { PythonError, pythonWords } from './python-words.ts';
import { type Session } from './session.ts';
import { upcheck } from './upcheck.ts';

const HEAD = /^(?<name>[A-Za-z0-9_]*)\s*(?<rest>[^]*)$/;

/** `?x` is `help x`; the name ends at the first character that is no letter, digit or underscore. */
function parseLine(line: string): { readonly name: string; readonly rest: string } {
  const { name = '', rest = '' } = HEAD.exec(line.replace(/^\?/, 'help '))?.groups ?? {};
  return { name, rest };
}

async function runChecked(session: Session, command: Command, rest: string): Promise<Outcome> {
  if (command.needsServer && !(await upcheck(session))) {
    session.fail(command.noServerExitCode ?? session.exitCode);
    return 'stay';
  }
  return command.run(session, rest);
}

/** @throws PythonError EOFError at the end of the input, as Python's input() */
async function ask(session: Session, prompt: string, hidden = false): Promise<string> {
  const answer = await session.lines.ask(prompt, { hidden });
  if (answer === undefined) throw new PythonError('EOFError', 'EOF when reading a line');
  return answer;
}

async function logIn(session: Session): Promise<void> {
  const username = await ask(session, 'Username:');
  const password = await ask(session, 'Password:', true);
  session.say('');
  session.connect({ ...session.server, username, password });
}

// Without a person to ask, supervisorctl tries once more and fails with the words of the error.
async function runAuthenticated(session: Session, command: Command, rest: string): Promise<Outcome> {
  try {
    return await runChecked(session, command, rest);
  } catch (error) {
    if (!(error instanceof HttpError && error.status === 401)) throw error;
    session.say('Server requires authentication');
    if (!session.interactive) throw error;
    await logIn(session);
    return runAuthenticated(session, command, rest);
  }
}

/** One line for an error that no command expects: Python's words, and what to do about it. */
function reportError(session: Session, error: unknown): void {
  const { type, message } = pythonWords(error);
  const advice = adviceFor(error, session.serverurl);
  session.say(`error: <class '${type}'>, ${message}${advice === undefined ? '' : ` (${advice})`}`);
  session.fail(GENERIC);
}

/**
 * Runs one command line; a blank one does nothing.
 *
 * @throws Interrupted when Ctrl-C ends a question
 */
export async function execute(session: Session, text: string): Promise<Outcome> {
  const line = text.trim();
  if (line === '') return 'stay';
  const { name, rest } = parseLine(line);
  const command = session.commands.get(name);
  if (command === undefined) {
    session.say(`*** Unknown syntax: ${line}`);
    session.fail(GENERIC);
    return 'stay';
  }
  try {
    return await runAuthenticated(session, command, rest);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    reportError(session, error);
    return 'stay';
  }
}
