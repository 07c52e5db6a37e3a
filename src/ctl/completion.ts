/** What Tab offers. Source: Supervisor 4.3.0 supervisorctl.py, Controller.complete. */
import { type Command, type Completion } from './command.ts';
import { makeNamespec } from './namespec.ts';
import { type ProcessInfo } from './rpc.ts';

interface Known {
  readonly commands: ReadonlyMap<string, Command>;
  /** Asked for only when names are wanted. */
  readonly processes: () => Promise<readonly ProcessInfo[]>;
}

type Candidates = (known: Known, word: string) => Promise<readonly string[]>;

/** With a colon typed, every process is offered as `group:name`. */
const processNames: Candidates = async ({ processes }, word) =>
  (await processes()).flatMap((info) =>
    word.includes(':') || info.group !== info.name
      ? [`${info.group}:${info.name}`, `${info.group}:*`]
      : [makeNamespec(info)],
  );

const CANDIDATES: Readonly<Record<Completion, Candidates>> = {
  commands: ({ commands }) =>
    Promise.resolve([...commands.values()].filter(({ usage }) => usage.length > 0).map(({ name }) => name)),
  groups: async ({ processes }) => (await processes()).map(({ group }) => group),
  processes: processNames,
  nothing: () => Promise.resolve([]),
};

/**
 * Completes the last word of the line.
 *
 * @returns the words that fit, each with a blank after it, and the text that they replace: what node:readline wants
 */
export async function complete(line: string, known: Known): Promise<[string[], string]> {
  const word = /\S*$/.exec(line)?.[0] ?? '';
  const [first] = line.trimStart().split(/\s+/);
  const isFirst = first === undefined || first === '' || line.trimStart() === first;
  const completion = isFirst ? 'commands' : (known.commands.get(first)?.completion ?? 'nothing');
  const candidates = await CANDIDATES[completion](known, word);
  return [[...new Set(candidates)].filter((name) => name.startsWith(word)).map((name) => `${name} `), word];
}
