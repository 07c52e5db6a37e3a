import { posix } from 'node:path';
import { parseArgs } from 'node:util';
import { adviseOnClient } from '../config/advice-client.ts';
import { adviseOnLines } from '../config/advice-lines.ts';
import { advise } from '../config/advice.ts';
import { noArguments } from '../config/command-line.ts';
import { type Host } from '../config/host.ts';
import { jsonSchema } from '../config/json-schema.ts';
import { loadPlan, type Loaded } from '../config/load.ts';
import { tidyDiagnostics, type Diagnostic } from '../config/place.ts';
import { type Plan } from '../config/plan.ts';
import { humanDiff, jsonDiff } from './check-diff.ts';
import { namedConfiguration } from './configuration-file.ts';
import { humanReport, inColour, jsonReport, plain, tally, type Paint } from './check-report.ts';

/** What `check` needs of the world. */
export interface CheckIo {
  readonly host: Host;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
}

/** Nothing wrong; something that --strict does not allow; something that the daemon does not allow. */
const EXIT = { fine: 0, warned: 1, wrong: 2 } as const;

const usage = `usage: tsupervisor check [-c FILE] [--strict] [--format=human|json] [--against=FILE]
       tsupervisor check --schema

Says everything that is wrong with a configuration, where, and what to write instead.

  -c, --configuration FILE   the configuration; else $TSUPERVISOR_CONFIG, else where supervisord searches
  --strict                   exit with 1 when there are warnings
  --format=json              one JSON object instead of text
  --against=FILE             what update would do to a daemon that runs FILE: groups added, changed, removed
  --schema                   print the JSON schema of the configuration

Exit code: 0 no error, 1 warnings with --strict, 2 errors.
`;

const OPTIONS = {
  configuration: { type: 'string', short: 'c' },
  strict: { type: 'boolean', default: false },
  format: { type: 'string', default: 'human' },
  against: { type: 'string' },
  schema: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Options = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** Reads the words. @throws Error with a sentence about what is wrong with them */
function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  const { format } = values;
  if (format !== 'human' && format !== 'json')
    throw new Error(`cannot use --format=${format}: expected human or json`);
  return values;
}

const load = (file: string | undefined, host: Host): Loaded =>
  loadPlan({ file, argv0: 'tsupervisor', commandLine: noArguments }, host);

function diagnose(loaded: Loaded, host: Host): readonly Diagnostic[] {
  const { draft, ini, diagnostics } = loaded;
  const advice = draft ? advise({ plan: draft, ini, host }) : [];
  const here = posix.dirname(posix.resolve(host.cwd, draft?.file ?? ''));
  const names = { here, nodename: host.nodename, environments: [host.environment] };
  const client = adviseOnClient(ini, names, host);
  return tidyDiagnostics([...diagnostics, ...adviseOnLines(ini), ...client, ...advice]);
}

function exitCodeOf(diagnostics: readonly Diagnostic[], isStrict: boolean): number {
  const { errors, warnings } = tally(diagnostics);
  if (errors > 0) return EXIT.wrong;
  return isStrict && warnings > 0 ? EXIT.warned : EXIT.fine;
}

/** What is compared with: its plan, or what is wrong with it. */
interface Against {
  readonly plan: Plan | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

function loadAgainst(file: string, host: Host): Against {
  const { plan, diagnostics } = load(file, host);
  // Its warnings are of no interest: it runs already.
  return { plan, diagnostics: plan ? [] : diagnostics };
}

function humanText({ plan, diagnostics }: Against, against: Against | undefined, paint: Paint): string {
  const report = humanReport(diagnostics, plan, paint);
  if (plan === undefined || against === undefined) return report;
  return (
    report +
    (against.plan ? humanDiff(against.plan, plan) : humanReport(against.diagnostics, undefined, paint))
  );
}

function jsonText({ plan, diagnostics }: Against, against: Against | undefined): string {
  const all = [...diagnostics, ...(against?.diagnostics ?? [])];
  return jsonReport(all, plan, plan && against?.plan ? jsonDiff(against.plan, plan) : undefined);
}

function run(options: Options, io: CheckIo): number {
  const { host } = io;
  const loaded = load(namedConfiguration(options.configuration, host.environment), host);
  const checked = { plan: loaded.plan, diagnostics: diagnose(loaded, host) };
  const against = options.against === undefined ? undefined : loadAgainst(options.against, host);
  const paint = io.isTerminal && (host.environment.get('NO_COLOR') ?? '') === '' ? inColour : plain;
  io.writeOut(options.format === 'json' ? jsonText(checked, against) : humanText(checked, against, paint));
  return Math.max(
    exitCodeOf(checked.diagnostics, options.strict),
    against && against.plan === undefined ? EXIT.wrong : EXIT.fine,
  );
}

/**
 * `tsupervisor check`: reports every mistake in a configuration at once.
 *
 * @param argv the words after `check`
 * @returns the exit code: 0, 1 for warnings with --strict, 2 for errors and wrong usage
 */
export function check(argv: readonly string[], io: CheckIo): number {
  let options: Options;
  try {
    options = parseOptions(argv);
  } catch (error) {
    io.writeError(
      `Error: ${error instanceof Error ? error.message : String(error)}\nFor help, use tsupervisor check -h\n`,
    );
    return EXIT.wrong;
  }
  if (options.help) io.writeOut(usage);
  else if (options.schema) io.writeOut(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
  else return run(options, io);
  return EXIT.fine;
}
