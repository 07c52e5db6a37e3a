import { type Secret } from '../config/extension-datatypes.ts';
import { type ProcessPlan } from '../config/plan.ts';
import { readValues } from '../config/read-file.ts';

/** Variables and their values; or why one cannot be had. */
export type Secrets =
  | { readonly kind: 'read'; readonly variables: readonly (readonly [string, string])[] }
  | Problem;

interface Problem {
  readonly kind: 'problem';
  readonly why: string;
}

/**
 * Reads the files of `secrets = NAME:/run/secrets/name`, as they are now: a secret that was rotated is new at the next
 * start. One newline at the end of a file does not belong to the value (Docker and Kubernetes users write it with echo).
 */
export function readSecrets({ secrets }: ProcessPlan): Secrets {
  const variables: (readonly [string, string])[] = [];
  for (const secret of secrets) {
    const value = readSecret(secret);
    if (typeof value !== 'string') return value;
    variables.push([secret.name, value]);
  }
  return { kind: 'read', variables };
}

/** More than a variable may have (MAX_ARG_STRLEN of execve(2), where a page has 4 KiB). */
const largestSecretMb = 1;

function readSecret({ name, path }: Secret): string | Problem {
  const found = readValues(path, largestSecretMb);
  const because = (why: string): Problem => ({
    kind: 'problem',
    why: `cannot read secret ${name} from ${path}: ${why}`,
  });
  if (found.kind === 'missing') return because('there is no such file');
  if (found.kind === 'unreadable') return because(found.cause);
  const value = found.text.replace(/\r?\n$/, '');
  return value.includes('\0') ? because('no variable can hold a NUL byte') : value;
}
