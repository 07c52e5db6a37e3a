import { type Datatype } from './datatype.ts';

/**
 * Which names an option may use in `%(name)s`.
 *
 * `raw`: none at this point. `environment`: ENV_X. `here`: and here. `host`: and host_node_name. `program`: and
 * program_name and group_name. `process`: and process_num, numprocs and the program's own environment.
 */
export type Scope = 'raw' | 'environment' | 'here' | 'host' | 'program' | 'process';

/** One option, once: parsing, the default, the docs, `check`, the sample and the JSON schema come from it. */
export interface Option<T> {
  readonly type: Datatype<T>;
  /** As the user would write it, parsed by `type` like any other value; or the value of another option. */
  readonly default?: string | { readonly sameAs: string };
  /** The section means nothing without it. What Supervisor says then; `{section}` is the section's name. */
  readonly required?: string;
  /** How Supervisor's words about a wrong value end; `{section}` is the section's name. */
  readonly wordsEnd?: string;
  /** A required option may be empty: what it is for fails later. */
  readonly mayBeEmpty?: true;
  /** Supervisor expands it twice: a literal percent sign is written %%%%. */
  readonly isExpandedTwice?: true;
  readonly scope: Scope;
  /** One or two sentences: the docs, and the comment in the sample. */
  readonly doc: string;
  /** Shown in the sample and the docs instead of the default. */
  readonly example?: string;
  /** Absent: in every Supervisor. */
  readonly since?: 'supervisor 3.3' | 'supervisor 4.0' | 'supervisor 4.2' | 'tsupervisor 0.1';
  /** false: the option is known and checked, and has no effect. Absent: true. */
  readonly activeNow?: false;
}

/** The options of one kind of section, by name. */
export type Section = Readonly<Record<string, Option<unknown>>>;

/** The typed values of a section: undefined where an option has neither a value nor a default. */
export type Values<S extends Section> = {
  readonly [K in keyof S]: S[K] extends { readonly type: Datatype<infer T> }
    ? S[K] extends { readonly default: unknown } | { readonly required: string }
      ? T
      : T | undefined
    : never;
};
