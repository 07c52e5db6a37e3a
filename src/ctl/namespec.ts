/** namespec: `group:process` as text; one word when group and process have the same name. */

/** A parsed namespec; no process: the whole group (`g:` and `g:*`). */
export interface Namespec {
  readonly group: string;
  readonly process: string | undefined;
}

/** The group is what stands before the first colon. Source: Supervisor 4.3.0 options.py, split_namespec. */
export function splitNamespec(text: string): Namespec {
  const at = text.indexOf(':');
  if (at === -1) return { group: text, process: text };
  const process = text.slice(at + 1);
  return { group: text.slice(0, at), process: process === '' || process === '*' ? undefined : process };
}

/** How a process is shown. Source: Supervisor 4.3.0 options.py, make_namespec. */
export const makeNamespec = ({ group, name }: { readonly group: string; readonly name: string }): string =>
  group === name ? name : `${group}:${name}`;
