/** docs/CTL.md, from the table of commands and the table of options of the client. */
import { type Command, type UsageRow } from '../src/ctl/command.ts';
import { COMMANDS } from '../src/ctl/commands.ts';
import { CTL_OPTIONS } from '../src/ctl/options.ts';

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
const code = (text: string): string => `\`${text.trim().replaceAll('|', String.raw`\|`)}\``;

interface Row {
  readonly form: string;
  readonly meaning: string;
  readonly isOwn: boolean;
}

const continued = (before: string, after: string): string =>
  `${before}${after.startsWith('(') ? ' ' : '; '}${after}`;

/** A row without a form continues the meaning of the one before it; a remark is shown below the table. */
function rowsOf({ usage, own }: Command): readonly Row[] {
  const rows: Row[] = [];
  for (const row of usage) {
    if ('remark' in row) continue;
    const last = rows.at(-1);
    if (row.form === '' && last !== undefined)
      rows[rows.length - 1] = { ...last, meaning: continued(last.meaning, row.meaning) };
    else rows.push({ form: row.form, meaning: row.meaning, isOwn: row.own === true || own === true });
  }
  return rows;
}

const remarksOf = (usage: readonly UsageRow[]): readonly string[] =>
  usage.flatMap((row) => ('remark' in row && row.remark.startsWith('Note: ') ? [row.remark] : []));

const commandRows = (command: Command): readonly string[] =>
  rowsOf(command).map(
    ({ form, meaning, isOwn }) => `| ${code(form)} | ${cell(meaning)} | ${isOwn ? 'new' : ''} |`,
  );

const spellings = ({ short, long }: { readonly short?: string; readonly long?: string }): string =>
  [short === undefined ? '' : `-${short}`, long === undefined ? '' : `--${long}`]
    .filter((text) => text !== '')
    .map(code)
    .join(', ');

const optionRows = (): readonly string[] =>
  CTL_OPTIONS.map(
    (option) =>
      `| ${spellings(option)} | ${option.value === undefined ? '' : code(option.value)} | ${cell(option.doc)} |`,
  );

/** The text of docs/CTL.md. */
export function renderCtlDoc(): string {
  const commands = [...COMMANDS.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [
    '# tsupervisor ctl',
    '',
    'Written by `scripts/docs.ts` from the tables of the client: change those.',
    '',
    '`tsupervisor ctl [options] [command]`, also called as `supervisorctl`, controls a running supervisor: tsupervisor or',
    'supervisord. Its output and exit codes are those of supervisorctl; what is new is marked. Without a command it is a',
    'shell. With no `serverurl`, the server is `/run/tsupervisor.sock` where there is one, else `http://localhost:9001`.',
    '',
    '## Options',
    '',
    '| option | value | meaning |',
    '| --- | --- | --- |',
    ...optionRows(),
    '',
    '## Commands',
    '',
    '| command | meaning | |',
    '| --- | --- | --- |',
    ...commands.flatMap(commandRows),
    '',
    ...commands.flatMap(({ usage }) => remarksOf(usage)),
    '',
    '## Exit codes',
    '',
    'The last failure of a command line decides; a success does not reset it.',
    '',
    '| code | meaning |',
    '| --- | --- |',
    '| 0 | done; also `start` of what runs, `stop` of what does not, `add` of what is active; always after the shell |',
    '| 1 | any other failure |',
    '| 2 | a wrong command line or config; `start` without a name, or of an unknown group |',
    '| 3 | `status`: a shown process is STOPPED, EXITED, FATAL or UNKNOWN; others: the server lacks the interface |',
    '| 4 | `status`: an unknown name, or no server; others: the server refuses the connection |',
    '| 5 | the server speaks another version of the interface |',
    '| 7 | the socket is not there; `start`: it did not stay up; `signal` and `pid`: it does not run |',
    '',
  ].join('\n');
}
