/** A server on a unix socket that answers as it is told, and the client in front of it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  decodeCall,
  encodeFault,
  encodeResponse,
  type XmlRpcStruct,
  type XmlRpcValue,
} from '../../src/api/xml-rpc.ts';
import { runCtl } from '../../src/ctl/run.ts';
import type { CtlConfigRead } from '../../src/ctl/settings.ts';

/** A fault to answer with. */
export class FakeFault {
  readonly code: number;
  readonly text: string;

  constructor(code: number, said: string) {
    this.code = code;
    this.text = said;
  }
}

/** What a page or a method answers. */
export interface Script {
  /** Method without `supervisor.` → answer; getVersion answers 3.0 unless it is here. */
  readonly methods?: ReadonlyMap<string, (params: readonly XmlRpcValue[]) => XmlRpcValue | FakeFault>;
  /** Path → what to do with the response. */
  readonly pages?: ReadonlyMap<string, (response: ServerResponse) => void>;
}

const answerTo = ({ methods }: Script, body: string): string => {
  const { method, params } = decodeCall(body);
  const name = method.replace('supervisor.', '');
  const run = methods?.get(name) ?? (name === 'getVersion' ? () => '3.0' : undefined);
  const answer = run === undefined ? new FakeFault(1, 'UNKNOWN_METHOD') : run(params);
  return answer instanceof FakeFault ? encodeFault(answer) : encodeResponse(answer);
};

/** The server; gone, with its socket, when it is disposed of. */
export class FakeServer implements AsyncDisposable {
  readonly serverurl: string;
  /** How many connections were made. */
  connections = 0;
  readonly #directory: string;
  readonly #server: Server;

  private constructor(script: Script, directory: string) {
    this.#directory = directory;
    this.serverurl = `unix://${join(directory, 's.sock')}`;
    this.#server = createServer((request, response) => void this.#answer(script, request, response));
    this.#server.on('connection', () => (this.connections += 1));
  }

  static async start(script: Script): Promise<FakeServer> {
    const fake = new FakeServer(script, mkdtempSync(join(tmpdir(), 'ctl-')));
    fake.#server.listen(fake.serverurl.slice('unix://'.length));
    await once(fake.#server, 'listening');
    return fake;
  }

  /** Closes what is idle, as a server that is tired of waiting. */
  dropIdle(): void {
    this.#server.closeIdleConnections();
  }

  async #answer(script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const page = script.pages?.get(request.url ?? '');
    if (page !== undefined) page(response);
    else if (request.method === 'POST') response.end(answerTo(script, body));
    else response.writeHead(404).end('not found');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
    rmSync(this.#directory, { recursive: true });
  }
}

/** What the client did. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs the client without a config file. */
export async function runClient(
  argv: readonly string[],
  input = '',
  read: CtlConfigRead = { kind: 'noFile' },
): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([text(stdout), text(stderr)]);
  const io = { stdin: Readable.from([Buffer.from(input)]), stdout, stderr, env: {} };
  const code = await runCtl(argv, io, () => read);
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { stdout: out, stderr: err, code };
}

/** A process as getAllProcessInfo describes it. */
export const processInfo = (members: Readonly<Record<string, XmlRpcValue>>): XmlRpcStruct =>
  new Map<string, XmlRpcValue>(
    Object.entries({
      name: 'cat',
      group: 'cat',
      state: 20,
      statename: 'RUNNING',
      description: 'pid 5',
      spawnerr: '',
      pid: 5,
      ...members,
    }),
  );
