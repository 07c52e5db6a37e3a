/** docs/RPC.md, from the table of methods. */
import { FAULT_CODES } from '../src/api/fault.ts';
import type { Method } from '../src/api/method.ts';
import { METHODS } from '../src/api/methods.ts';

const INTRODUCTION = `<!-- Written by scripts/docs.ts from src/api/methods*.ts. -->
# RPC interface

XML-RPC by \`POST /RPC2\`, on every \`[unix_http_server]\` and \`[inet_http_server]\`. Methods, arguments, answers and faults are
Supervisor's; \`supervisorctl\` and clients of it work unchanged. What differs on purpose is in COMPATIBILITY.md.

- Where a *process* is asked for, \`group:name\` is meant, or \`name\` alone where both are the same.
- While everything is being stopped, methods answer \`SHUTDOWN_STATE\`, except \`getState\`, \`sendRemoteCommEvent\` and \`system.*\`.
- Every call that changes something is named in the activity log, with the uid and pid, or the address, of its caller.
- \`GET /logtail/NAME/stdout\`, \`/logtail/NAME/stderr\` and \`/mainlogtail\` are logs as endless streams: the last 1,024 bytes, then
  what is added.`;

const signature = (name: string, { params, returns }: Method): string => {
  const list = params.map((parameter) => (parameter.optional ? `[${parameter.name}]` : parameter.name));
  return `\`${name}(${list.join(', ')})\` → ${returns.type}`;
};

function section(names: readonly string[], method: Method): string {
  const parameters = method.params.map(({ name, type, doc }) => `- \`${name}\` (${type}): ${doc}`);
  return [
    `### ${names[0]}`,
    names.map((name) => signature(name, method)).join('<br>\n'),
    method.help,
    [...parameters, `- answers with ${method.returns.doc}`].join('\n'),
  ].join('\n\n');
}

/** Names of one method stand together: the newer, longer one is its title. */
function sections(): readonly string[] {
  const byMethod = Map.groupBy(METHODS, ([, method]) => method);
  return [...byMethod].map(([method, rows]) =>
    section(
      rows.map(([name]) => name),
      method,
    ),
  );
}

const faults = (): string =>
  [
    '| code | name |',
    '| --- | --- |',
    ...Object.entries(FAULT_CODES).map(([name, code]) => `| ${code} | ${name} |`),
  ].join('\n');

/** The whole document. */
export const rpcDocument = (): string =>
  `${[INTRODUCTION, '## Methods', ...sections(), '## Faults', faults()].join('\n\n')}\n`;
