/** Help as text: the usage rows of the command table, and columns of names. */
import { type Command, type UsageRow } from './command.ts';

const tabWidth = 8;

/** The tabs that lead from the end of `form` to the column. */
const tabsTo = (column: number, form: string): string =>
  '\t'.repeat(Math.max(1, Math.ceil((column - form.length) / tabWidth)));

const rowLine = (row: UsageRow, column: number): string =>
  'remark' in row ? row.remark : `${row.form}${tabsTo(column, row.form)}${row.meaning}`;

const linesOf = (rows: readonly UsageRow[], { meaningColumn }: Command): readonly string[] =>
  rows.map((row) => rowLine(row, meaningColumn));

/** The lines that supervisorctl prints: with `help`, and after a wrong use. */
export const usageLines = (command: Command): readonly string[] =>
  linesOf(
    command.usage.filter(({ own }) => own !== true),
    command,
  );

/** Every line, with the forms that supervisorctl does not have. */
export const helpLines = (command: Command): readonly string[] => linesOf(command.usage, command);

const columnGap = '  ';

/** The widths of the columns when `names` go down `rowCount` rows each. */
const widthsFor = (names: readonly string[], rowCount: number): readonly number[] =>
  Array.from({ length: Math.ceil(names.length / rowCount) }, (_, column) =>
    Math.max(...names.slice(column * rowCount, (column + 1) * rowCount).map(({ length }) => length)),
  );

const totalWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + columnGap.length, -columnGap.length);

/**
 * Names in columns, read downwards, in as few rows as fit.
 *
 * @param maxWidth in characters
 * @returns lines, every cell padded. Source: Python's cmd.Cmd.columnize
 */
export function columnize(names: readonly string[], maxWidth: number): readonly string[] {
  const [only] = names;
  if (only === undefined) return [];
  if (names.length === 1) return [only];
  let rowCount = 1;
  while (rowCount < names.length && totalWidth(widthsFor(names, rowCount)) > maxWidth) rowCount += 1;
  const widths = widthsFor(names, rowCount);
  return Array.from({ length: rowCount }, (_, row) =>
    names
      .filter((_name, index) => index % rowCount === row)
      .map((name, column) => name.padEnd(widths[column] ?? 0))
      .join(columnGap),
  );
}
