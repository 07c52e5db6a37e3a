/** The interactive shell: shows the status, then runs what is typed. Source: Supervisor 4.3.0 supervisorctl.py. */
import { type Outcome } from './command.ts';
import { execute } from './execute.ts';
import { Interrupted } from './line-reader.ts';
import { type Session } from './session.ts';

/** Ctrl-D, and the end of a script, are the command EOF. */
const typed = async (session: Session, prompt: string): Promise<string> =>
  (await session.lines.ask(prompt)) ?? 'EOF';

async function loop(session: Session, prompt: string): Promise<void> {
  let outcome: Outcome = await execute(session, 'status');
  // eslint-disable-next-line no-await-in-loop -- the next line is asked for when the one before is done
  while (outcome === 'stay') outcome = await execute(session, await typed(session, prompt));
}

/** Runs until exit, quit, Ctrl-C or Ctrl-D. */
export async function runShell(session: Session, prompt: string): Promise<void> {
  try {
    await loop(session, `${prompt}> `);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    session.say('');
  }
}
