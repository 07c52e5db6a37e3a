/** Calls of the server's methods, and the answers as the types that the commands need. */
import { decodeResponse, encodeCall, type XmlRpcStruct, type XmlRpcValue } from '../api/xml-rpc.ts';
import { Fault } from './errors.ts';
import { type Transport } from './transport.ts';

/** The state of a process, as the commands need it. */
export interface ProcessInfo {
  readonly group: string;
  readonly name: string;
  /** 0 STOPPED, 10 STARTING, 20 RUNNING, 30 BACKOFF, 40 STOPPING, 100 EXITED, 200 FATAL, 1000 UNKNOWN. */
  readonly state: number;
  readonly statename: string;
  readonly description: string;
  /** Why it failed; '' when it did not. */
  readonly spawnerr: string;
  /** 0 when it is not alive. */
  readonly pid: number;
  /** Every member of the answer. */
  readonly struct: XmlRpcStruct;
}

/** What happened to one process of a group. */
export interface ProcessResult {
  readonly group: string;
  readonly name: string;
  /** 80, or the code of a fault. */
  readonly status: number;
  readonly description: string;
}

const unexpected = (wanted: string): Error =>
  new Error(`cannot read the answer of the server: expected ${wanted}`);

/** The value as a struct. @throws Error when it is none */
export const structFrom = (value: XmlRpcValue | undefined): XmlRpcStruct => {
  if (value instanceof Map) return value;
  throw unexpected('a struct');
};

/** The value as an array. @throws Error when it is none */
export const arrayFrom = (value: XmlRpcValue | undefined): readonly XmlRpcValue[] => {
  if (Array.isArray(value)) return value;
  throw unexpected('an array');
};

/** The value as text. @throws Error when it is none */
export const textFrom = (value: XmlRpcValue | undefined): string => {
  if (typeof value === 'string') return value;
  throw unexpected('text');
};

/** The value as a number. @throws Error when it is none */
export const numberFrom = (value: XmlRpcValue | undefined): number => {
  if (typeof value === 'number') return value;
  throw unexpected('a number');
};

function processInfoFrom(value: XmlRpcValue): ProcessInfo {
  const struct = structFrom(value);
  return {
    group: textFrom(struct.get('group')),
    name: textFrom(struct.get('name')),
    state: numberFrom(struct.get('state')),
    statename: textFrom(struct.get('statename')),
    description: textFrom(struct.get('description')),
    spawnerr: textFrom(struct.get('spawnerr') ?? ''),
    pid: numberFrom(struct.get('pid')),
    struct,
  };
}

function processResultFrom(value: XmlRpcValue): ProcessResult {
  const struct = structFrom(value);
  return {
    group: textFrom(struct.get('group')),
    name: textFrom(struct.get('name')),
    status: numberFrom(struct.get('status')),
    description: textFrom(struct.get('description')),
  };
}

/** The methods of one server. */
export class Rpc {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Calls `supervisor.<method>`.
   *
   * @throws Fault, HttpError, XmlRpcError, or a system error when there is no connection
   */
  async call(method: string, ...params: readonly XmlRpcValue[]): Promise<XmlRpcValue> {
    const answer = decodeResponse(
      await this.#transport.post(encodeCall({ method: `supervisor.${method}`, params })),
    );
    if (answer.kind === 'fault') throw new Fault(answer);
    return answer.value;
  }

  /** Calls a method that answers with one result per process. */
  async results(method: string, ...params: readonly XmlRpcValue[]): Promise<readonly ProcessResult[]> {
    return arrayFrom(await this.call(method, ...params)).map(processResultFrom);
  }

  /** Calls a method that answers with text. */
  async text(method: string, ...params: readonly XmlRpcValue[]): Promise<string> {
    return textFrom(await this.call(method, ...params));
  }

  /** Every process, by group and name. */
  async allProcesses(): Promise<readonly ProcessInfo[]> {
    return arrayFrom(await this.call('getAllProcessInfo')).map(processInfoFrom);
  }

  /** One process. @throws Fault BAD_NAME when there is none */
  async process(namespec: string): Promise<ProcessInfo> {
    return processInfoFrom(await this.call('getProcessInfo', namespec));
  }
}
