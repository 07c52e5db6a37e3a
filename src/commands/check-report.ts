/** What `check` found, for people and for programs. */
import { type Diagnostic } from '../config/place.ts';
import { type Plan } from '../config/plan.ts';

/** Paints a text; the identity where there is no terminal. */
export type Paint = (colour: 'red' | 'yellow' | 'cyan' | 'bold' | 'dim', text: string) => string;

const CODES = { red: 31, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;

/** ANSI colours. */
export const inColour: Paint = (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;

/** No colours. */
export const plain: Paint = (_colour, text) => text;

const placeOf = ({ file, line, column }: Diagnostic): string =>
  [file, ...(line > 0 ? [line] : []), ...(column > 0 ? [column] : [])].join(':');

const shownColumns = 160;

/** The line with a mark below the column; nothing for a file as a whole. */
function excerpt({ line, column, source }: Diagnostic, paint: Paint): readonly string[] {
  if (line === 0 || source === '') return [];
  const margin = String(line).padStart(5);
  // A tab is as wide as a blank in front of the mark, whatever the terminal makes of it.
  const shown = source.replaceAll('\t', ' ').slice(0, shownColumns);
  const mark = `${' '.repeat(Math.max(column - 1, 0))}^`;
  const isMarked = column > 0 && column <= shownColumns;
  return [
    `${paint('dim', `${margin} |`)} ${shown}`,
    ...(isMarked ? [`${paint('dim', `${' '.repeat(5)} |`)} ${paint('red', mark)}`] : []),
  ];
}

/** One diagnostic, several lines. */
function describe(diagnostic: Diagnostic, paint: Paint): string {
  const { severity, message, suggestion } = diagnostic;
  const label = paint(severity === 'error' ? 'red' : 'yellow', `${severity}:`);
  const help = suggestion === undefined ? [] : [`${' '.repeat(5)} ${paint('cyan', '=')} ${suggestion}`];
  return [
    `${paint('bold', placeOf(diagnostic))}: ${label} ${message}`,
    ...excerpt(diagnostic, paint),
    ...help,
  ].join('\n');
}

const count = (number: number, word: string, many = `${word}s`): string =>
  `${number} ${number === 1 ? word : many}`;

/** How many of each there are. */
export function tally(diagnostics: readonly Diagnostic[]): {
  readonly errors: number;
  readonly warnings: number;
} {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: diagnostics.length - errors };
}

function summary(diagnostics: readonly Diagnostic[], plan: Plan | undefined): string {
  const { errors, warnings } = tally(diagnostics);
  if (diagnostics.length > 0) return `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  const processes = plan?.groups.reduce((sum, group) => sum + group.processes.length, 0) ?? 0;
  return `${plan?.file ?? 'the configuration'}: no mistakes, ${count(plan?.groups.length ?? 0, 'group')}, ${count(processes, 'process', 'processes')}`;
}

/** The report for people. */
export function humanReport(
  diagnostics: readonly Diagnostic[],
  plan: Plan | undefined,
  paint: Paint,
): string {
  return [...diagnostics.map((one) => describe(one, paint)), summary(diagnostics, plan), ''].join('\n');
}

/** The report for programs: one JSON object. @param update what --against found; undefined: nothing was compared */
export function jsonReport(
  diagnostics: readonly Diagnostic[],
  plan: Plan | undefined,
  update: unknown,
): string {
  const { errors, warnings } = tally(diagnostics);
  const groups = plan?.groups.map(({ name, kind, processes }) => ({
    name,
    kind,
    processes: processes.map(({ name: process }) => process),
  }));
  return `${JSON.stringify({ file: plan?.file, errors, warnings, diagnostics, groups, update }, undefined, 2)}\n`;
}
