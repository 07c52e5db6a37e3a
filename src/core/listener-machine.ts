/**
 * What an event listener says on its standard output, as a pure total table: state × bytes → state, bytes taken,
 * and what they mean.
 *
 * Behaviour: supervisor/dispatchers.py 4.2.5 (PEventListenerDispatcher), with these differences: a result line must
 * begin with `RESULT `, its length must be sensible, and an empty result is complete at once. Memory is bounded:
 * of a result only the first bytes are kept, and a result line has a longest length.
 */

/** What is true of a listener in each state, and nothing else. */
export type ListenerState =
  /** Not asked for yet. `matchedCount`: how many bytes of `READY\n` have come. */
  | { readonly name: 'ACKNOWLEDGED'; readonly matchedCount: number }
  | { readonly name: 'READY' }
  | { readonly name: 'BUSY'; readonly answer: Answer }
  /** It has broken the protocol: nothing that it says counts any more. */
  | { readonly name: 'UNKNOWN' };

/** How much of the answer to a notification has come. */
type Answer =
  /** The result line so far, without its newline. */
  | { readonly kind: 'line'; readonly bytes: Uint8Array }
  /** `head`: the first bytes of the result; no more than decide whether it is `OK`. */
  | { readonly kind: 'result'; readonly leftBytes: number; readonly head: Uint8Array };

/** What bytes of a listener mean. */
export type ListenerOutcome =
  /** Entered another state by its own words. */
  | { readonly type: 'changed'; readonly from: ListenerState['name']; readonly to: ListenerState['name'] }
  /** Answered OK. */
  | { readonly type: 'accepted' }
  /** Answered anything else. */
  | { readonly type: 'rejected' }
  /** Answered something that is no result; the notification is rejected. */
  | { readonly type: 'badResultLine'; readonly line: Uint8Array };

/** The state after some bytes, and what they mean, in order. */
export interface Heard {
  readonly state: ListenerState;
  readonly outcomes: readonly ListenerOutcome[];
}

/** One cell's answer. `taken`: how many of the bytes it has dealt with; at least one. */
interface Taken extends Heard {
  readonly taken: number;
}

type Table = {
  readonly [S in ListenerState['name']]: (
    state: Extract<ListenerState, { name: S }>,
    bytes: Uint8Array,
  ) => Taken;
};

/** No length of a result that anybody writes has more digits. */
const maxLineBytes = 256;

/** A longer result is not waited for. */
const maxResultBytes = 1024 * 1024;

const newline = 10;
const nothing = new Uint8Array(0);
const decoder = new TextDecoder('latin1');
const READY = new TextEncoder().encode('READY\n');

/** One byte more than `OK` has, so that a longer result differs from it. */
const headBytes = 3;

/** A listener that has just been spawned. */
export const unheard: ListenerState = { name: 'ACKNOWLEDGED', matchedCount: 0 };

/** A listener that was sent a notification. */
export const busy: ListenerState = { name: 'BUSY', answer: { kind: 'line', bytes: nothing } };

const table: Table = {
  ACKNOWLEDGED: ({ matchedCount }, bytes) => {
    const wanted = READY.subarray(matchedCount);
    const count = Math.min(wanted.length, bytes.length);
    for (let at = 0; at < count; at++)
      if (bytes[at] !== wanted[at]) return breakOff('ACKNOWLEDGED', bytes, []);
    if (count < wanted.length)
      return {
        state: { name: 'ACKNOWLEDGED', matchedCount: matchedCount + count },
        taken: count,
        outcomes: [],
      };
    return { state: { name: 'READY' }, taken: count, outcomes: [changed('ACKNOWLEDGED', 'READY')] };
  },
  READY: (_state, bytes) => breakOff('READY', bytes, []),
  BUSY: ({ answer }, bytes) =>
    answer.kind === 'line' ? hearLine(answer.bytes, bytes) : hearResult(answer, bytes),
  UNKNOWN: (state, bytes) => ({ state, taken: bytes.length, outcomes: [] }),
};

/** Takes what a listener has written. However the bytes are cut into chunks, the outcomes are the same. */
export function hear(before: ListenerState, chunk: Uint8Array): Heard {
  const outcomes: ListenerOutcome[] = [];
  let state = before;
  for (let at = 0; at < chunk.length;) {
    const step = takeSome(state, chunk.subarray(at));
    outcomes.push(...step.outcomes);
    state = step.state;
    at += step.taken;
  }
  return { state, outcomes };
}

function takeSome(state: ListenerState, bytes: Uint8Array): Taken {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as in process-machine.ts
  const cell = table[state.name] as (state: ListenerState, bytes: Uint8Array) => Taken;
  return cell(state, bytes);
}

const changed = (from: ListenerState['name'], to: ListenerState['name']): ListenerOutcome => ({
  type: 'changed',
  from,
  to,
});

const breakOff = (
  from: ListenerState['name'],
  bytes: Uint8Array,
  outcomes: readonly ListenerOutcome[],
): Taken => ({
  state: { name: 'UNKNOWN' },
  taken: bytes.length,
  outcomes: [...outcomes, changed(from, 'UNKNOWN')],
});

function hearLine(before: Uint8Array, bytes: Uint8Array): Taken {
  const end = bytes.indexOf(newline);
  const line = join(before, end < 0 ? bytes : bytes.subarray(0, end), maxLineBytes + 1);
  if (line.length > maxLineBytes) return refuse(line.subarray(0, maxLineBytes), bytes);
  const taken = end < 0 ? bytes.length : end + 1;
  if (end < 0) return { state: { name: 'BUSY', answer: { kind: 'line', bytes: line } }, taken, outcomes: [] };
  const leftBytes = resultLength(line);
  if (leftBytes === undefined) return refuse(line, bytes);
  return gather({ kind: 'result', leftBytes, head: nothing }, taken);
}

const refuse = (line: Uint8Array, bytes: Uint8Array): Taken =>
  breakOff('BUSY', bytes, [{ type: 'badResultLine', line }]);

/** The length that a result line announces, in Python's spelling of integers; undefined: it is none. */
function resultLength(line: Uint8Array): number | undefined {
  const digits = /^RESULT \s*\+?(\d+(?:_\d+)*)\s*$/.exec(decoder.decode(line))?.[1];
  const length = Number(digits?.replaceAll('_', ''));
  return length <= maxResultBytes ? length : undefined;
}

function hearResult({ leftBytes, head }: Extract<Answer, { kind: 'result' }>, bytes: Uint8Array): Taken {
  const taken = Math.min(leftBytes, bytes.length);
  const answer = {
    kind: 'result',
    leftBytes: leftBytes - taken,
    head: join(head, bytes.subarray(0, taken), headBytes),
  } as const;
  return gather(answer, taken);
}

/** Judges the result when it is complete: `OK` accepts (Supervisor's default_handler). */
function gather(answer: Extract<Answer, { kind: 'result' }>, taken: number): Taken {
  if (answer.leftBytes > 0) return { state: { name: 'BUSY', answer }, taken, outcomes: [] };
  const type = decoder.decode(answer.head) === 'OK' ? 'accepted' : 'rejected';
  return { state: unheard, taken, outcomes: [{ type }, changed('BUSY', 'ACKNOWLEDGED')] };
}

/** The two one after the other, copied, cut to the limit. */
function join(first: Uint8Array, second: Uint8Array, limitBytes: number): Uint8Array {
  const rest = second.subarray(0, Math.max(0, limitBytes - first.length));
  const joined = new Uint8Array(first.length + rest.length);
  joined.set(first);
  joined.set(rest, first.length);
  return joined;
}
