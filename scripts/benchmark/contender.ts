/** What is done with a program's standard output. `none`: thrown away; `prefix`, `json`: line formats on ours. */
export type Output = 'none' | 'raw' | 'prefix' | 'json' | 'file';

/** What a contender can do of what is measured; starting one program is what all of them can. */
export type Capability =
  | 'many'
  | 'restart'
  | 'stop'
  | 'orphans'
  | 'idle'
  | 'stall'
  | 'control'
  | Exclude<Output, 'none'>;

/** A program to supervise. */
export interface Program {
  readonly name: string;
  /** Words without blanks, absolute path first. */
  readonly argv: readonly string[];
}

/** What is asked of a configuration. */
export interface Wanted {
  readonly output: Output;
  /** Where it listens for clients; absent: it is not asked for. */
  readonly controlSocket?: string | undefined;
}

/** A supervisor that takes part in the comparison. */
export interface Contender {
  readonly name: string;
  /** The signal that asks it to stop its programs and exit. */
  readonly stopSignal: NodeJS.Signals;
  readonly can: ReadonlySet<Capability>;
  /** Writes its configuration into the folder, and returns its command line. */
  readonly prepare: (folder: string, programs: readonly Program[], wanted: Wanted) => readonly string[];
  /** The command line of its client, for a configuration with a control socket in the folder. */
  readonly client?: (folder: string) => readonly string[];
}
