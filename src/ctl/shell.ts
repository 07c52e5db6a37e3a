/** The interactive shell: shows the status, then runs what is typed. Source: Supervisor 4.3.0 supervisorctl.py. */
import { Interrupted } from './errors.ts';
import { execute } from './execute.ts';
import { type Client } from './client.ts';

/** Ctrl-D, and the end of a script, are the command EOF. */
const typed = async (client: Client, prompt: string): Promise<string> =>
  (await client.lines.ask(prompt)) ?? 'EOF';

/** Rejects at Ctrl-C, unless a command takes it for itself. */
function interruption(client: Client): Disposable & { readonly happens: Promise<never> } {
  const { promise: happens, reject } = Promise.withResolvers<never>();
  const onInterrupt = (): void => {
    if (!client.catchesInterrupt) reject(new Interrupted('interrupted'));
  };
  // Ctrl-C while nobody waits for it is noticed by the next who does.
  happens.catch(() => undefined);
  process.on('SIGINT', onInterrupt);
  return { happens, [Symbol.dispose]: () => void process.off('SIGINT', onInterrupt) };
}

async function loop(client: Client, prompt: string): Promise<void> {
  using interrupt = interruption(client);
  const unlessInterrupted = async <T>(work: Promise<T>): Promise<T> =>
    Promise.race([work, interrupt.happens]);
  let outcome = await unlessInterrupted(execute(client, 'status'));
  while (outcome === 'stay') {
    // eslint-disable-next-line no-await-in-loop -- the next line is asked for when the one before is done
    outcome = await unlessInterrupted(typed(client, prompt).then((line) => execute(client, line)));
  }
}

/** Runs until exit, quit, Ctrl-C or Ctrl-D. */
export async function runShell(client: Client, prompt: string): Promise<void> {
  try {
    await loop(client, `${prompt}> `);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    client.say('');
  }
}
