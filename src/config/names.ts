import { type Environment } from './environment-list.ts';
import { type Names } from './expand.ts';
import { type Scope } from './schema.ts';

/** Where the values of names come from. */
export interface NameSource {
  /** The directory of the main configuration file. */
  readonly here: string;
  readonly nodename: string;
  /** Variables for ENV_X; later ones win. */
  readonly environments: readonly Environment[];
  /** program_name and group_name. */
  readonly program?: ReadonlyMap<string, string>;
  /** process_num and numprocs. */
  readonly process?: ReadonlyMap<string, number>;
}

const PREFIX = 'ENV_';

const SCOPES: readonly Scope[] = ['raw', 'environment', 'here', 'host', 'program', 'process'];

function tablesOf(scope: Scope, source: NameSource): readonly ReadonlyMap<string, string | number>[] {
  const reach = SCOPES.indexOf(scope);
  const tables: ReadonlyMap<string, string | number>[] = [];
  if (reach >= SCOPES.indexOf('here')) tables.push(new Map([['here', source.here]]));
  if (reach >= SCOPES.indexOf('host')) tables.push(new Map([['host_node_name', source.nodename]]));
  if (reach >= SCOPES.indexOf('program') && source.program) tables.push(source.program);
  if (reach >= SCOPES.indexOf('process') && source.process) tables.push(source.process);
  return tables;
}

function variable(name: string, environments: readonly Environment[]): string | undefined {
  const value = environments.findLast((environment) => environment.has(name));
  return value?.get(name);
}

/** The names that an option of this scope may use. Source: Supervisor's `expansions`, by what each option is given. */
export function namesFor(scope: Scope, source: NameSource): Names {
  const tables = tablesOf(scope, source);
  const { environments } = source;
  return {
    get: (name) =>
      name.startsWith(PREFIX)
        ? variable(name.slice(PREFIX.length), environments)
        : tables.find((table) => table.has(name))?.get(name),
    all: () => [
      ...new Set([
        ...tables.flatMap((table) => Array.from(table.keys())),
        ...environments.flatMap((environment) => Array.from(environment.keys(), (name) => PREFIX + name)),
      ]),
    ],
  };
}
