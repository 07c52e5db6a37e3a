/**
 * Measures tsupervisor and the others side by side and prints one table.
 *
 * usage: node scripts/bench.ts [--quick] [--all] [--only=CONTENDER]… [ROW…]
 */
import { existsSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cat, pm2, runit, s6, shim, supervisord, tsupervisor } from './benchmark/contenders.ts';
import type { Contender } from './benchmark/contender.ts';
import type { Row, Scale } from './benchmark/row.ts';
import { controlRows } from './benchmark/rows-control.ts';
import { lifeRows, median } from './benchmark/rows-life.ts';
import { outputRows } from './benchmark/rows-output.ts';
import { restRows } from './benchmark/rows-rest.ts';
import { renderTable, type TableLine } from './benchmark/table.ts';

const root = resolve(import.meta.dirname, '..');
const setting = { tools: join(root, '.cache', 'bench') };
const allRows = [...lifeRows, ...controlRows, ...outputRows, ...restRows];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
});

await main(values.quick ? 'quick' : 'full');

async function main(scale: Scale): Promise<void> {
  const rows = chosenRows(scale);
  const contenders = chosenContenders();
  const lines: TableLine[] = [];
  for (const row of rows) lines.push(...(await measureRow(row, contenders, scale)));
  process.stdout.write(`\n${machine(scale)}\n\n`);
  const names = contenders.map(({ name }) => name);
  process.stdout.write(renderTable(lines, { contenders: names, ours: 'tsupervisor', other: 'supervisord' }));
}

function chosenRows(scale: Scale): readonly Row[] {
  const names = allRows.map(({ name }) => name);
  const unknown = positionals.find((word) => !names.includes(word));
  if (unknown !== undefined)
    throw new Error(`cannot find row "${unknown}": expected one of ${names.join(', ')}`);
  if (positionals.length === 0) return allRows.filter(({ runs }) => runs[scale] > 0);
  return allRows.filter(({ name }) => positionals.includes(name));
}

function chosenContenders(): readonly Contender[] {
  const pm2Script = join(root, '.cache', 'pm2', 'node_modules', '.bin', 'pm2-runtime');
  const executable = process.env['TSUPERVISOR_BIN'] ?? join(root, 'dist', 'tsupervisor');
  const candidates: readonly (readonly [Contender, string])[] = [
    [tsupervisor(resolve(executable)), resolve(executable)],
    [supervisord, '/usr/bin/supervisord'],
    [shim('tini'), '/usr/bin/tini'],
    [shim('dumb-init'), '/usr/bin/dumb-init'],
    [runit, '/usr/bin/runsvdir'],
    [cat, '/bin/cat'],
    [s6, '/usr/bin/s6-svscan'],
    ...(values.all ? ([[pm2(pm2Script), pm2Script]] as const) : []),
  ];
  return candidates
    .filter(([{ name }, file]) => existsSync(file) && (values.only?.includes(name) ?? true))
    .map(([contender]) => contender);
}

/** All contenders take turns, so that what else the machine does meets them alike. */
async function measureRow(
  row: Row,
  contenders: readonly Contender[],
  scale: Scale,
): Promise<readonly TableLine[]> {
  const able = contenders.filter(({ can }) => row.needs.every((capability) => can.has(capability)));
  const runs = new Map<string, (readonly number[])[]>(able.map(({ name }) => [name, []]));
  for (let turn = 0; turn < Math.max(1, row.runs[scale]); turn++) {
    for (const contender of able) runs.get(contender.name)?.push(await measureOnce(row, contender, scale));
  }
  return row.figures.map((figure, index) => {
    const medians = [...runs].map(([name, taken]) => {
      return [name, median(taken.map((figures) => figures[index] ?? Number.NaN))] as const;
    });
    return { figure, values: new Map(medians) };
  });
}

/** A contender that fails a row leaves a gap in the table, with the reason on standard error. */
async function measureOnce(row: Row, contender: Contender, scale: Scale): Promise<readonly number[]> {
  process.stderr.write(`${row.name}: ${contender.name} … `);
  const startedMs = performance.now();
  try {
    const figures = await row.measure(setting, contender, scale);
    const took = ((performance.now() - startedMs) / 1000).toFixed(1);
    process.stderr.write(`${figures.map((figure) => figure.toFixed(2)).join(', ')} (${took} s)\n`);
    return figures;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    return [];
  }
}

function machine(scale: Scale): string {
  const [first] = cpus();
  const processors = `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}`;
  return `${processors}, Linux ${release()}, ${scale} run, medians of repeated runs`;
}
