/** What a command of the client is; the table of all of them is commands.ts. */
import { type Client } from './client.ts';

/** `stay`: go on; `leave`: end the shell. */
export type Outcome = 'stay' | 'leave';

/** A line of help: a form of the command and its meaning, or a remark. */
export type UsageRow =
  | { readonly form: string; readonly meaning: string; readonly own?: true }
  | { readonly remark: string; readonly own?: true };

/** What Tab offers after the command. */
export type Completion = 'processes' | 'groups' | 'commands' | 'nothing';

/** One row of the table: running, help, completion and docs/CTL.md come from it. */
export interface Command {
  readonly name: string;
  /** Lines of help; those with `own` are forms that supervisorctl does not have. */
  readonly usage: readonly UsageRow[];
  /** Where the meanings begin, in columns; a multiple of 8. */
  readonly meaningColumn: number;
  /** Whether the server is asked for its version first. */
  readonly needsServer: boolean;
  /** The exit code when it cannot be asked, where it is always the same. */
  readonly noServerExitCode?: number;
  readonly completion: Completion;
  /** Not a command of supervisorctl. */
  readonly own?: true;
  /** `rest`: the text after the command's name, without blanks at its ends. */
  readonly run: (client: Client, rest: string) => Promise<Outcome>;
}

/** The words of a command line: no quoting, as in supervisorctl. */
export const wordsOf = (rest: string): readonly string[] => rest.split(/\s+/).filter((word) => word !== '');
