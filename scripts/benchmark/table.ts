import type { Figure } from './row.ts';

/** A finished line: the medians of one figure, by contender; NaN where it could not be measured. */
export interface TableLine {
  readonly figure: Figure;
  readonly values: ReadonlyMap<string, number>;
}

/**
 * Lays the figures out as one Markdown table, which is readable on a terminal too.
 *
 * @param ours - whose figures the target and the ratio are about
 * @param other - whom ours are compared with
 */
export function renderTable(
  lines: readonly TableLine[],
  { contenders, ours, other }: { contenders: readonly string[]; ours: string; other: string },
): string {
  const head = ['what', 'unit', 'target', ...contenders, `times ${other}`, 'target met'];
  const valueOf = (title: string, name: string): number =>
    lines.find(({ figure }) => figure.title === title)?.values.get(name) ?? Number.NaN;
  const body = lines.map(({ figure, values }) => {
    const mine = values.get(ours) ?? Number.NaN;
    const times = advantage(figure, mine, valueOf(comparedWith(figure), other));
    return [
      figure.title,
      figure.unit,
      goal(figure),
      ...contenders.map((name) => format(values.get(name) ?? Number.NaN)),
      Number.isNaN(times) ? '–' : Number.isFinite(times) ? `${format(times)}×` : '∞',
      verdict(figure, mine, times),
    ];
  });
  return align([head, ...body]);
}

/** The figure of the other one that ours is compared with. */
const comparedWith = ({ title, target }: Figure): string =>
  target !== undefined && 'of' in target ? (target.of ?? title) : title;

/** How many times better than the other one, whichever way better is. */
const advantage = ({ better }: Figure, mine: number, others: number): number =>
  better === 'less' ? others / mine : mine / others;

function goal({ better, target }: Figure): string {
  if (target === undefined) return '–';
  if ('times' in target) return `≥ ${format(target.times)}×`;
  return `${better === 'less' ? '≤' : '≥'} ${format(target.value)}`;
}

function verdict({ better, target }: Figure, mine: number, times: number): string {
  if (target === undefined || Number.isNaN(mine)) return '–';
  if ('times' in target) return Number.isNaN(times) ? '–' : yesNo(times >= target.times);
  return yesNo(better === 'less' ? mine <= target.value : mine >= target.value);
}

const yesNo = (met: boolean): string => (met ? 'yes' : 'NO');

/** Three digits that mean something; more is noise. */
function format(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const text = value.toFixed(Math.min(digits, 2));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function align(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => {
    // Words to the left, figures to the right.
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column < 2 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${cells.join(' | ')} |`;
  };
  const rule = `| ${widths.map((width, column) => (column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [first = '', ...rest] = rows.map(line);
  return [first, rule, ...rest, ''].join('\n');
}
