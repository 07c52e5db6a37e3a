import { type Parameter, type WireType } from './arguments.ts';
import { type Control } from './control.ts';
import { Fault } from './fault.ts';
import { type XmlRpcValue } from './xml-rpc.ts';

/** What a method works on. */
export interface MethodContext {
  readonly control: Control;
  /** Calls another method of the table, as system.multicall does. */
  readonly call: (name: string, params: readonly XmlRpcValue[]) => Promise<XmlRpcValue>;
}

/** A method of the RPC interface: everything that is known of it. */
export interface Method {
  /** What it does, in sentences. */
  readonly help: string;
  readonly params: readonly Parameter<unknown>[];
  readonly returns: { readonly type: WireType; readonly doc: string };
  /** Whether it changes what runs or what is kept: the activity log then names the caller. */
  readonly changes: boolean;
  /** @throws Fault when it cannot do what it is asked */
  readonly call: (
    context: MethodContext,
    values: readonly XmlRpcValue[],
  ) => XmlRpcValue | Promise<XmlRpcValue>;
}

type ValuesOf<P extends readonly Parameter<unknown>[]> = {
  readonly [I in keyof P]: P[I] extends Parameter<infer T> ? T : never;
};

/** A row of the table of methods. */
export interface Definition<P extends readonly Parameter<unknown>[]> {
  readonly help: string;
  readonly params: P;
  readonly returns: { readonly type: WireType; readonly doc: string };
  readonly changes?: boolean;
  /** Whether it answers while everything is being stopped, too; the others answer SHUTDOWN_STATE. */
  readonly always?: boolean;
  readonly run: (context: MethodContext, ...values: ValuesOf<P>) => XmlRpcValue | Promise<XmlRpcValue>;
}

function checkCount(params: readonly Parameter<unknown>[], count: number): void {
  const required = params.filter(({ optional }) => !optional).length;
  if (count < required || count > params.length) throw new Fault('INCORRECT_PARAMETERS');
}

/**
 * Makes a method of its row. The order of the checks is supervisord's: the number of the arguments, the state of the
 * whole, the types of the arguments.
 */
export function method<const P extends readonly Parameter<unknown>[]>(definition: Definition<P>): Method {
  const { help, params, returns, changes = false, always = false, run } = definition;
  return {
    help,
    params,
    returns,
    changes,
    call: (context, values) => {
      checkCount(params, values.length);
      if (!always && context.control.mood !== 'RUNNING') throw new Fault('SHUTDOWN_STATE');
      const read = params.map((parameter, index) => parameter.read(values[index]));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was read by the parameter at its place
      return run(context, ...(read as unknown as ValuesOf<P>));
    },
  };
}
