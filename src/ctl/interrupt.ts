/** Ctrl-C ends a stream, not the client. */
import { type Client } from './client.ts';

/** Aborted by Ctrl-C, or when nobody reads stdout any more. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
  /** Whether it was Ctrl-C. */
  readonly wasTyped: () => boolean;
}

/** Catches SIGINT until it is disposed of. */
export function catchInterrupt(client: Client): Interrupt {
  const typed = new AbortController();
  const gone = new AbortController();
  const onInterrupt = (): void => typed.abort();
  const onGone = (): void => gone.abort();
  process.on('SIGINT', onInterrupt);
  client.catchesInterrupt = true;
  client.io.stdout.on('close', onGone).on('error', onGone);
  return {
    signal: AbortSignal.any([typed.signal, gone.signal]),
    wasTyped: () => typed.signal.aborted,
    [Symbol.dispose]() {
      process.off('SIGINT', onInterrupt);
      client.catchesInterrupt = false;
      client.io.stdout.off('close', onGone).off('error', onGone);
    },
  };
}
