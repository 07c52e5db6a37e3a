import { type Control } from './control.ts';
import { Fault } from './fault.ts';
import { METHODS } from './methods.ts';
import { type XmlRpcValue } from './xml-rpc.ts';

/** Who calls, and who is told of it. */
export interface Caller {
  readonly control: Control;
  /** Is told of each call of a method that changes something, before it is made. */
  readonly changing: (method: string, params: readonly XmlRpcValue[]) => void;
}

/**
 * Calls a method by the name that a client sent. Nothing but the table decides what can be called (CVE-2017-11610:
 * Supervisor once followed names into its own objects).
 *
 * @throws Fault UNKNOWN_METHOD, or what the method throws
 */
export async function callMethod(
  { control, changing }: Caller,
  name: string,
  params: readonly XmlRpcValue[],
): Promise<XmlRpcValue> {
  const method = METHODS.get(name);
  if (method === undefined) throw new Fault('UNKNOWN_METHOD');
  if (method.changes) changing(name, params);
  const call = (other: string, values: readonly XmlRpcValue[]): Promise<XmlRpcValue> =>
    callMethod({ control, changing }, other, values);
  return await method.call({ control, call }, params);
}
