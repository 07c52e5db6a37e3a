/** The interactive shell: shows the status, then runs what is typed. Source: Supervisor 4.3.0 supervisorctl.py. */
import { execute } from './execute.ts';
import { Interrupted } from './line-reader.ts';
import { type Session } from './session.ts';

/** Ctrl-D, and the end of a script, are the command EOF. */
const typed = async (session: Session, prompt: string): Promise<string> =>
  (await session.lines.ask(prompt)) ?? 'EOF';

/** Rejects at Ctrl-C, unless a command takes it for itself. */
function interruption(session: Session): Disposable & { readonly happens: Promise<never> } {
  const { promise: happens, reject } = Promise.withResolvers<never>();
  const onInterrupt = (): void => {
    if (!session.catchesInterrupt) reject(new Interrupted('interrupted'));
  };
  // Ctrl-C while nobody waits for it is noticed by the next who does.
  happens.catch(() => undefined);
  process.on('SIGINT', onInterrupt);
  return { happens, [Symbol.dispose]: () => void process.off('SIGINT', onInterrupt) };
}

async function loop(session: Session, prompt: string): Promise<void> {
  using interrupt = interruption(session);
  const unlessInterrupted = async <T>(work: Promise<T>): Promise<T> =>
    Promise.race([work, interrupt.happens]);
  let outcome = await unlessInterrupted(execute(session, 'status'));
  while (outcome === 'stay') {
    // eslint-disable-next-line no-await-in-loop -- the next line is asked for when the one before is done
    outcome = await unlessInterrupted(typed(session, prompt).then((line) => execute(session, line)));
  }
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
