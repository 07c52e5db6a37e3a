/** The RPC interface: every method there is. Calls, help, signatures and docs/RPC.md come from this table. */
import { array, text } from './arguments.ts';
import { Fault } from './fault.ts';
import { maxAnswerBytes } from './log-window.ts';
import { method, type Method, type MethodContext } from './method.ts';
import { DAEMON_METHODS } from './methods-daemon.ts';
import { LOG_METHODS } from './methods-log.ts';
import { PROCESS_METHODS } from './methods-process.ts';
import { sizeOf } from './value-size.ts';
import { type XmlRpcStruct, type XmlRpcValue } from './xml-rpc.ts';

const METHOD_NAME = text('name', 'a method, with its namespace');

function mustKnow(name: string): Method {
  const known = METHODS.get(name);
  if (known === undefined) throw new Fault('SIGNATURE_UNSUPPORTED');
  return known;
}

const paramLine = ({ type, name, doc }: Method['params'][number]): string => `@param ${type} ${name}  ${doc}`;

/** What system.methodHelp answers: sentences, then one line per parameter and one for the answer. */
const helpOf = ({ help, params, returns }: Method): string =>
  [help, '', ...params.map(paramLine), `@return ${returns.type} result  ${returns.doc}`].join('\n');

const faultStruct = ({ code, text: words }: Fault): XmlRpcStruct =>
  new Map<string, XmlRpcValue>([
    ['faultCode', code],
    ['faultString', words],
  ]);

function callIn(context: MethodContext, entry: XmlRpcValue): Promise<XmlRpcValue> {
  if (!(entry instanceof Map)) throw new Fault('INCORRECT_PARAMETERS');
  const name: unknown = entry.get('methodName');
  const params: unknown = entry.get('params') ?? [];
  if (typeof name !== 'string') throw new Fault('INCORRECT_PARAMETERS', 'No methodName');
  if (name === 'system.multicall')
    throw new Fault('INCORRECT_PARAMETERS', 'Recursive system.multicall forbidden');
  if (!Array.isArray(params)) throw new Fault('INCORRECT_PARAMETERS');
  return context.call(name, params);
}

async function resultOf(context: MethodContext, entry: XmlRpcValue): Promise<XmlRpcValue> {
  try {
    return await callIn(context, entry);
  } catch (error) {
    return faultStruct(error instanceof Fault ? error : new Fault('FAILED', String(error)));
  }
}

const tooLong = new Fault('FAILED', 'not called, the answers before it have 16 MB: ask for less at once');

/** One after the other: a call begins when the one before it has its answer. All answers together are one of the wire. */
async function multicall(context: MethodContext, entries: readonly XmlRpcValue[]): Promise<XmlRpcValue> {
  const results: XmlRpcValue[] = [];
  let bytes = 0;
  for (const entry of entries) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- "in order" is what clients rely on
    const result = bytes < maxAnswerBytes ? await resultOf(context, entry) : faultStruct(tooLong);
    bytes += sizeOf(result);
    results.push(result);
  }
  return results;
}

const SYSTEM_METHODS: readonly (readonly [string, Method])[] = [
  [
    'system.listMethods',
    method({
      help: 'Tells the names of all methods.',
      params: [],
      returns: { type: 'array', doc: 'the names, in alphabetical order' },
      always: true,
      run: () => [...METHODS.keys()],
    }),
  ],
  [
    'system.methodHelp',
    method({
      help: 'Tells what a method does.',
      params: [METHOD_NAME],
      returns: { type: 'string', doc: 'the description' },
      always: true,
      run: (_context, name) => helpOf(mustKnow(name)),
    }),
  ],
  [
    'system.methodSignature',
    method({
      help: 'Tells the types of the answer and of the parameters of a method.',
      params: [METHOD_NAME],
      returns: { type: 'array', doc: 'the type of the answer, then those of the parameters' },
      always: true,
      run: (_context, name) => {
        const { returns, params } = mustKnow(name);
        return [returns.type, ...params.map(({ type }) => type)];
      },
    }),
  ],
  [
    'system.multicall',
    method({
      help: 'Calls several methods, one after the other.',
      params: [array('calls', 'structs of methodName and params')],
      returns: {
        type: 'array',
        doc: 'the answers, as they are; for a fault a struct of faultCode and faultString. Behind 16 MB of answers nothing more is called, and each is fault 30',
      },
      always: true,
      run: multicall,
    }),
  ],
];

/** Every method by its name, in alphabetical order. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  [...DAEMON_METHODS, ...PROCESS_METHODS, ...LOG_METHODS, ...SYSTEM_METHODS].toSorted(
    ([one], [other]) => Number(one > other) - Number(one < other),
  ),
);
