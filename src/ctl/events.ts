/** events: what happens in the supervisor, as it happens: the server-sent events of tsupervisor, one line each. */
import { type IncomingMessage } from 'node:http';
import { type Command, type Outcome } from './command.ts';
import { HttpError } from './errors.ts';
import { catchInterrupt } from './interrupt.ts';
import { refuseUse } from './misuse.ts';
import { codeOf } from './python-words.ts';
import { type Client } from './client.ts';

const EVENTS_PATH = '/api/v1/events';

const FIELD = /^(?<name>event|data):\s?(?<value>.*)$/;

/** The events of a stream, each as `NAME DATA`. Source: the HTML standard, server-sent events. */
async function* eventLines(response: IncomingMessage): AsyncGenerator<string> {
  // Loaded here: it takes milliseconds, at every start of the client.
  const { createInterface } = await import('node:readline');
  let parts: { event: string; data: readonly string[] } = { event: '', data: [] };
  for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
    const { name, value = '' } = FIELD.exec(line)?.groups ?? {};
    if (name === 'event') parts.event = value;
    if (name === 'data') parts.data = [...parts.data, value];
    if (line !== '') continue;
    if (parts.data.length > 0) yield `${parts.event} ${parts.data.join(' ')}`.trimStart();
    parts = { event: '', data: [] };
  }
}

async function pass(client: Client, signal: AbortSignal): Promise<Outcome> {
  const response = await client.transport.open(EVENTS_PATH, signal);
  const { statusCode: status = 0, statusMessage: reason = '' } = response;
  if (status !== 200) response.destroy();
  if (status === 404)
    return refuseUse(
      client,
      `cannot stream events: ${client.serverurl} has no ${EVENTS_PATH}: only tsupervisor has it`,
    );
  if (status !== 200) throw new HttpError({ status, reason });
  for await (const line of eventLines(response)) await client.write(`${line}\n`, signal);
  return 'stay';
}

async function run(client: Client): Promise<Outcome> {
  using interrupt = catchInterrupt(client);
  try {
    return await pass(client, interrupt.signal);
  } catch (error) {
    // Ctrl-C, or the server has shut down: as `tail -f`, that is how a stream ends.
    if (interrupt.signal.aborted || codeOf(error) === 'ECONNRESET') return 'stay';
    throw error;
  }
}

/** events */
export const events: Command = {
  name: 'events',
  usage: [{ form: 'events', meaning: 'Print every event as it happens (Ctrl-C to exit)', own: true }],
  meaningColumn: 16,
  needsServer: true,
  completion: 'nothing',
  own: true,
  run,
};
