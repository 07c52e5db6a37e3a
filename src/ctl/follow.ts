/** Log streams: bytes as they come, or whole lines behind the name of their program. */
import { type IncomingMessage } from 'node:http';
import { pythonWords } from './python-words.ts';
import { type Client } from './client.ts';

/** One stream of the server. */
export interface Stream {
  /** As shown in messages: `/logtail/cat/stdout`. */
  readonly path: string;
  /** Before each line; none: the bytes are passed on as they are. */
  readonly prefix?: string;
}

const NEWLINE = 0x0a;
const maxLineBytes = 64 * 1024;

/** Cuts bytes into whole lines; a line that is too long, or the last one, ends without its line feed. */
class LineCutter {
  #held: Buffer = Buffer.alloc(0);

  /** The lines that are complete now, each with its line feed. */
  cut(chunk: Buffer): readonly Buffer[] {
    const lines: Buffer[] = [];
    let rest = Buffer.concat([this.#held, chunk]);
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      lines.push(rest.subarray(0, end + 1));
      rest = rest.subarray(end + 1);
    }
    this.#held = rest;
    return rest.length > maxLineBytes ? [...lines, ...this.end()] : lines;
  }

  /** What is left, as a line. */
  end(): readonly Buffer[] {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held.length === 0 ? [] : [Buffer.concat([held, Buffer.from('\n')])];
  }
}

const behind = (prefix: string, lines: readonly Buffer[]): Buffer =>
  Buffer.concat(lines.flatMap((line) => [Buffer.from(prefix), line]));

async function* shown(response: IncomingMessage, prefix: string | undefined): AsyncGenerator<Buffer> {
  const cutter = new LineCutter();
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    yield prefix === undefined ? bytes : behind(prefix, cutter.cut(bytes));
  }
  if (prefix !== undefined) yield behind(prefix, cutter.end());
}

/** Dots, colons and slashes in a namespec stay as they are; blanks and such cannot stand in a request line. */
const requestPath = (path: string): string => encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23');

async function pass(client: Client, { path, prefix }: Stream, signal: AbortSignal): Promise<void> {
  const response = await client.transport.open(requestPath(path), signal);
  if (response.statusCode !== 200) {
    client.complain(`${client.serverurl}${path} Cannot read, status code ${response.statusCode}`);
    response.destroy();
    return;
  }
  for await (const bytes of shown(response, prefix)) await client.write(bytes, signal);
}

const isConnected = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ECONNRESET';

/**
 * Passes a stream on until it ends, the server goes, or the signal is aborted; never throws for any of them.
 *
 * What cannot be opened is said on stderr, and is no failure. Source: Supervisor 4.3.0 http_client.py.
 */
export async function follow(client: Client, stream: Stream, signal: AbortSignal): Promise<void> {
  try {
    await pass(client, stream, signal);
  } catch (error) {
    if (signal.aborted || isConnected(error)) return;
    const { type, message } = pythonWords(error);
    client.complain(
      `${client.serverurl}${stream.path} Cannot connect, error: <class '${type}'> (${message})`,
    );
  }
}
