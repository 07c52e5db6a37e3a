import { parseEnvText } from './env-text.ts';
import { type Environment } from './environment-list.ts';
import { type Place } from './place.ts';
import { report, type Reading } from './reading.ts';

type Variables = readonly (readonly [string, string])[];

/** Reads one file. A path that starts with - may be missing. */
function readOne(reading: Reading, path: string, place: Place): Variables {
  const isOptional = path.startsWith('-');
  const file = isOptional ? path.slice(1) : path;
  const found = reading.host.readValues(file);
  if (found.kind === 'text') return variablesOf(reading, file, found.text);
  if (isOptional && found.kind === 'missing') return [];
  const cause = found.kind === 'missing' ? 'there is no such file' : found.cause;
  const suggestion = found.kind === 'missing' ? `write -${file} if the file may be missing` : undefined;
  report(reading, place, { message: `cannot read ${file}: ${cause}`, suggestion });
  return [];
}

/** The variables of a text, and a word about each line that cannot be as it was meant. */
function variablesOf(reading: Reading, file: string, text: string): Variables {
  // The line itself is not shown: it may hold a password.
  const at = (line: number): Place => ({ file, line, column: 0, source: '' });
  const { variables, oddities } = parseEnvText(text);
  for (const { line, message } of oddities) report(reading, at(line), { severity: 'warning', message });
  for (const { name, value, line } of variables) {
    if (`${name}${value}`.includes('\0'))
      report(reading, at(line), { message: `cannot use ${name}: no variable can hold a NUL byte` });
  }
  return variables.map(({ name, value }) => [name, value]);
}

/** The variables of several files; later files win. */
export function readEnvFiles(reading: Reading, paths: readonly string[], place: Place): Environment {
  return new Map(paths.flatMap((path) => readOne(reading, path, place)));
}

/** Variables, each source above the one before it; the very same object when only one has any. */
export function mergeEnvironments(...sources: readonly Environment[]): Environment {
  const filled = sources.filter(({ size }) => size > 0);
  const [only = new Map<string, string>()] = filled;
  return filled.length <= 1 ? only : new Map(filled.flatMap((source) => Array.from(source)));
}
