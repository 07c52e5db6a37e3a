/** A client that takes part in a storm of calls, and counts what it is answered. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  decodeResponse,
  encodeCall,
  type XmlRpcAnswer,
  type XmlRpcStruct,
  type XmlRpcValue,
} from '../../src/api/xml-rpc.ts';

/** What the supervisor tells of a process. */
export interface Told {
  readonly statename: string;
  readonly pid: number;
  readonly start: number;
}

/** A group that comes and goes: nobody of it is known, while it is away. */
const mayBeAway = ([name]: readonly XmlRpcValue[]): boolean =>
  typeof name === 'string' && name.startsWith('pair');
const BAD_NAME = 10;

/** What may have come of one of many (docs/RPC.md): done, or a fault of a start or a stop. */
const OF_MANY: ReadonlySet<unknown> = new Set([80, 20, 40, 50, 60, 70]);

const isStruct = (value: unknown): value is XmlRpcStruct => value instanceof Map;

const textOf = (struct: XmlRpcStruct, member: string): string => {
  const value = struct.get(member);
  return typeof value === 'string' ? value : '';
};

const structsOf = (value: XmlRpcValue): readonly XmlRpcStruct[] =>
  Array.isArray(value) ? value.filter(isStruct) : [];

/** One connection, kept: a call that gets no answer is an error, not one that is sent again. */
export class StormClient implements Disposable {
  /** How many calls were sent, and how many have come back. */
  askedCount = 0;
  answeredCount = 0;
  /** Answers that nobody may get. */
  readonly wrong: string[] = [];
  /** Changes of state that do not begin where the one before has ended. */
  readonly gaps: string[] = [];
  changeCount = 0;
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #states = new Map<string, string>();
  #events: IncomingMessage | undefined;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Calls a method. `faults`: the codes of those that may come of it. */
  async ask(faults: readonly number[], method: string, ...params: readonly XmlRpcValue[]): Promise<void> {
    const answer = await this.#call(method, params);
    const may = mayBeAway(params) ? [...faults, BAD_NAME] : faults;
    if (answer.kind === 'value') return this.#judgeMany(method, answer.value);
    if (!may.includes(answer.code))
      this.wrong.push(`${method} ${JSON.stringify(params)}: ${answer.code} ${answer.text}`);
  }

  /** Calls several methods of one argument in a multicall. */
  async many(...calls: readonly (readonly [string, string])[]): Promise<void> {
    const structs = calls.map(
      ([method, name]) =>
        new Map<string, XmlRpcValue>([
          ['methodName', method],
          ['params', [name]],
        ]),
    );
    const answer = await this.#call('system.multicall', [structs]);
    const results: readonly XmlRpcValue[] =
      answer.kind === 'value' && Array.isArray(answer.value) ? answer.value : [];
    const codes = structsOf(results).map((fault) => fault.get('faultCode'));
    if (results.length !== calls.length || !codes.every((code) => code === BAD_NAME || OF_MANY.has(code)))
      this.wrong.push(`system.multicall: ${JSON.stringify(calls)}, ${JSON.stringify(results)}`);
  }

  /** What is told of every process, by its name. */
  async processes(): Promise<ReadonlyMap<string, Told>> {
    const answer = await this.#call('supervisor.getAllProcessInfo', []);
    if (answer.kind === 'fault') throw new Error(`cannot look: ${answer.text}`);
    return new Map(
      structsOf(answer.value).map((struct) => [
        textOf(struct, 'name'),
        {
          statename: textOf(struct, 'statename'),
          pid: Number(struct.get('pid')),
          start: Number(struct.get('start')),
        },
      ]),
    );
  }

  /** Follows the changes of state from now on. Resolves when they are followed. */
  async followEvents(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request({ socketPath: this.#socketPath, path: '/api/v1/events' })
      .on('response', resolve)
      .on('error', reject)
      .end();
    this.#events = await promise;
    let rest = '';
    this.#events.setEncoding('utf8').on('data', (chunk: string) => {
      const events = (rest + chunk).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) this.#follow(event);
    });
    this.#events.on('error', () => undefined);
  }

  #follow(event: string): void {
    const [, type = ''] = /^event: (\S+)/.exec(event) ?? [];
    const [, group = ''] = /groupname:(\S+)/.exec(event) ?? [];
    if (type === 'PROCESS_GROUP_REMOVED' && group === 'pair')
      for (const name of ['left', 'right']) this.#states.delete(name);
    const [, to] = /^PROCESS_STATE_(\w+)$/.exec(type) ?? [];
    const [, name, from] = /processname:(\S+).* from_state:(\S+)/.exec(event) ?? [];
    if (to === undefined || name === undefined || from === undefined) return;
    const before = this.#states.get(name);
    this.changeCount++;
    if (before !== undefined && before !== from) this.gaps.push(`${name}: ${before}, then ${from} to ${to}`);
    this.#states.set(name, to);
  }

  /** The answer for a group: every struct has a status. */
  #judgeMany(method: string, value: XmlRpcValue): void {
    const statuses = structsOf(value).flatMap((struct) => struct.get('status') ?? []);
    for (const status of statuses)
      if (!OF_MANY.has(status)) this.wrong.push(`${method}: ${JSON.stringify(status)}`);
  }

  async #call(method: string, params: readonly XmlRpcValue[]): Promise<XmlRpcAnswer> {
    this.askedCount++;
    const body = encodeCall({ method, params });
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request({
      socketPath: this.#socketPath,
      path: '/RPC2',
      method: 'POST',
      agent: this.#agent,
      headers: { 'Content-Length': Buffer.byteLength(body) },
    })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
    const answer = decodeResponse(await text(await promise));
    this.answeredCount++;
    return answer;
  }

  [Symbol.dispose](): void {
    this.#events?.destroy();
    this.#agent.destroy();
  }
}
