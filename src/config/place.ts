/** Where something stands in a configuration file. */
export interface Place {
  /** The path as it was given or matched. */
  readonly file: string;
  /** 1-based; 0: the file as a whole. */
  readonly line: number;
  /** 1-based, in UTF-16 units; 0: the line as a whole. */
  readonly column: number;
  /** The line as it stands in the file, without its line end. */
  readonly source: string;
}

/** A mistake in a configuration file, or what looks like one. Errors prevent a plan, warnings do not. */
export interface Diagnostic extends Place {
  readonly severity: 'error' | 'warning';
  /** One sentence, `cannot VERB THING: cause`. */
  readonly message: string;
  /** What Supervisor prints for the same mistake; undefined: it says nothing. */
  readonly supervisor: string | undefined;
  /** What to write instead. */
  readonly suggestion: string | undefined;
}

/** A diagnostic without its place, which the reader of the section adds. */
export interface Problem {
  readonly severity?: 'error' | 'warning';
  readonly message: string;
  readonly supervisor?: string | undefined;
  readonly suggestion?: string | undefined;
}

/** The place of a file as a whole. */
export const wholeFile = (file: string): Place => ({ file, line: 0, column: 0, source: '' });

/** Puts a problem at its place. An error without Supervisor's words has ours in their place. */
export function diagnosticAt(place: Place, problem: Problem): Diagnostic {
  const { severity = 'error', message, supervisor, suggestion } = problem;
  const words = supervisor ?? (severity === 'error' ? message : undefined);
  return { ...place, severity, message, supervisor: words, suggestion };
}

const isSame = (a: Diagnostic, b: Diagnostic): boolean =>
  a.message === b.message && a.line === b.line && a.column === b.column && a.file === b.file;

/**
 * Drops repetitions (a program in two groups is read twice) and sorts by line within each file, files in order of
 * first mention.
 */
export function tidyDiagnostics(all: readonly Diagnostic[]): readonly Diagnostic[] {
  const byLine = new Map<string, Diagnostic[]>();
  for (const diagnostic of all) {
    const key = `${diagnostic.file}:${diagnostic.line}`;
    const same = byLine.get(key) ?? [];
    if (!same.some((other) => isSame(other, diagnostic))) byLine.set(key, [...same, diagnostic]);
  }
  const files = [...new Set(all.map(({ file }) => file))];
  return [...byLine.values()]
    .flat()
    .toSorted(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    );
}
