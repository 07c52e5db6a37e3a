import { readFileSync } from 'node:fs';
import { type ProcessPlan } from '../config/plan.ts';

/** Variables and their values; or why one cannot be had. */
export type Secrets =
  | { readonly kind: 'read'; readonly variables: readonly (readonly [string, string])[] }
  | { readonly kind: 'problem'; readonly why: string };

/**
 * Reads the files of `secrets = NAME:/run/secrets/name`, as they are now: a secret that was rotated is new at the next
 * start. One newline at the end of a file does not belong to the value (Docker and Kubernetes users write it with echo).
 */
export function readSecrets({ secrets }: ProcessPlan): Secrets {
  const variables: (readonly [string, string])[] = [];
  for (const { name, path } of secrets) {
    try {
      variables.push([name, readFileSync(path, 'utf8').replace(/\r?\n$/, '')]);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return { kind: 'problem', why: `cannot read secret ${name} from ${path}: ${code}` };
    }
  }
  return { kind: 'read', variables };
}
