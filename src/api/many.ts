import { type ControlledProcess } from './control.ts';
import { Fault, SUCCESS } from './fault.ts';
import { makeNamespec } from './namespec.ts';
import { type XmlRpcValue } from './xml-rpc.ts';

/** What is done to each process. */
export interface Many {
  readonly processes: readonly ControlledProcess[];
  /** Only these are dealt with, and appear in the answer. */
  readonly selects: (process: ControlledProcess) => boolean;
  /** Does it to one; `name` is what its fault names. */
  readonly run: (process: ControlledProcess, name: string) => true | Promise<true>;
}

const resultOf = ({ name, group }: ControlledProcess, fault: Fault | undefined): XmlRpcValue =>
  new Map<string, XmlRpcValue>([
    ['name', name],
    ['group', group],
    ['status', fault?.code ?? SUCCESS],
    ['description', fault?.text ?? 'OK'],
  ]);

function faultFrom(error: unknown): Fault {
  if (error instanceof Fault) return error;
  throw error;
}

/**
 * Does something to many processes: one pass begins it for all, then they are waited for together.
 *
 * @returns one struct per process: what was settled at once in order, then the others as they are settled
 *   (Supervisor's rpcinterface.py, make_allfunc)
 */
export async function forMany({ processes, selects, run }: Many): Promise<XmlRpcValue> {
  const results: XmlRpcValue[] = [];
  const settle = (process: ControlledProcess, fault?: Fault): void =>
    void results.push(resultOf(process, fault));
  const settleLater = (process: ControlledProcess, done: Promise<true>): Promise<void> =>
    done.then(
      () => settle(process),
      (error: unknown) => settle(process, faultFrom(error)),
    );
  const waiting = processes.filter(selects).flatMap((process): readonly Promise<void>[] => {
    try {
      const done = run(process, makeNamespec(process));
      if (done !== true) return [settleLater(process, done)];
      settle(process);
    } catch (error) {
      settle(process, faultFrom(error));
    }
    return [];
  });
  await Promise.all(waiting);
  return results;
}
