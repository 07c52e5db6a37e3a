import { parseEnv } from 'node:util';
import { type Environment } from './environment-list.ts';
import { type Place } from './place.ts';
import { report, type Reading } from './reading.ts';

/** Reads one file of NAME=value lines (dotenv). A path that starts with - may be missing. */
function readOne(reading: Reading, path: string, place: Place): readonly (readonly [string, string])[] {
  const isOptional = path.startsWith('-');
  const file = isOptional ? path.slice(1) : path;
  const found = reading.host.readFile(file);
  if (found.kind === 'text')
    return Object.entries(parseEnv(found.text)).map(([name, value]) => [name, value ?? ''] as const);
  if (isOptional && found.kind === 'missing') return [];
  const cause = found.kind === 'missing' ? 'there is no such file' : found.cause;
  const suggestion = found.kind === 'missing' ? `write -${file} if the file may be missing` : undefined;
  report(reading, place, { message: `cannot read ${file}: ${cause}`, suggestion });
  return [];
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
