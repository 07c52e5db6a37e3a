/** What is done with a program's standard output. `none`: thrown away; `prefix`, `json`: line formats on ours. */
export type Output = 'none' | 'raw' | 'prefix' | 'json' | 'file';

/** What a contender can do of what is measured; starting one program is what all of them can. */
export type Capability = 'many' | 'restart' | 'stop' | 'orphans' | 'idle' | 'stall' | Exclude<Output, 'none'>;

/** A program to supervise. */
export interface Program {
  readonly name: string;
  /** Words without blanks, absolute path first. */
  readonly argv: readonly string[];
}

/** A supervisor that takes part in the comparison. */
export interface Contender {
  readonly name: string;
  /** The signal that asks it to stop its programs and exit. */
  readonly stopSignal: NodeJS.Signals;
  readonly can: ReadonlySet<Capability>;
  /** Writes its configuration into the folder, and returns its command line. */
  readonly prepare: (folder: string, programs: readonly Program[], output: Output) => readonly string[];
}
