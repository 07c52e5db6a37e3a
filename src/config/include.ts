import { posix } from 'node:path';
import { type BadLine, type Wants } from './dialect.ts';
import { glob } from './glob.ts';
import { type Host } from './host.ts';
import { mergeIni, readIni, type Entry, type IniFile, type IniSection } from './ini-file.ts';
import { INCLUDE } from './options-sections.ts';
import { diagnosticAt, wholeFile, type Problem } from './place.ts';
import { pythonRepr, strip } from './python-text.ts';
import { plainContext, readOptions, type Reading } from './reading.ts';

/** `wants`: the sections to read, `[include]` among them; absent: all. */
type Files = Omit<Reading, 'ini'> & { readonly wants?: Wants };

const empty: IniFile = { sections: new Map(), badLines: [], oddities: [] };

const lineText = ({ place, lineEnd }: BadLine): string => pythonRepr(place.source + lineEnd);

/** What is longer is no configuration, and nobody reads the rest. */
const mostLines = 1000;

/** What Python says about the lines of one file that it cannot read (configparser.ParsingError). */
export function parsingError(file: string, lines: readonly BadLine[]): string {
  const headless = lines.find(({ kind }) => kind === 'headless');
  if (headless !== undefined)
    return `File contains no section headers.\nfile: ${pythonRepr(file)}, line: ${headless.place.line}\n${lineText(headless)}`;
  const shown = lines
    .slice(0, mostLines)
    .map((line) => `\n\t[line ${String(line.place.line).padStart(2)}]: ${lineText(line)}`);
  return `Source contains parsing errors: ${pythonRepr(file)}${shown.join('')}`;
}

const marks = '\uFEFF';

function adviceFor({ kind, place }: BadLine): string {
  if (place.source.startsWith(marks))
    return 'the file starts with a byte order mark: save it as UTF-8 without one';
  const text = strip(place.source);
  if (text.startsWith('['))
    return `write ${text.replaceAll(/[[\]]/g, '') === '' ? '[supervisord]' : `[${text.replaceAll(/[[\]]/g, '')}]`}`;
  return kind === 'headless'
    ? 'put a section such as [supervisord] above it'
    : 'write option = value, or indent the line to continue the value above it';
}

function reportBadLines({ badLines }: IniFile, file: string, files: Files): void {
  const supervisor = badLines.length > 0 ? parsingError(file, badLines) : undefined;
  for (const line of badLines)
    files.report(
      diagnosticAt(line.place, {
        message: `cannot read the line: it is ${line.kind === 'headless' ? 'above the first section' : 'neither a section nor option = value'}`,
        supervisor,
        suggestion: adviceFor(line),
      }),
    );
}

const HERE = '%(here)s';

/** With an [include] section, the text `%(here)s` is the directory of the file that it stands in, in every option. */
function resolveHere(ini: IniFile, here: string): IniFile {
  const replace = ({ text, place }: Entry): Entry => ({ text: text.replaceAll(HERE, () => here), place });
  const sections = new Map<string, IniSection>();
  for (const [name, section] of ini.sections) {
    const entries = new Map([...section.entries].map(([key, entry]) => [key, replace(entry)]));
    sections.set(name, { ...section, entries });
  }
  return { ...ini, sections };
}

function readText(file: string, files: Files, isMain: boolean): IniFile {
  const found = files.host.readFile(file);
  if (found.kind === 'text') {
    warnAboutEncoding(found.text, file, files);
    const ini = readIni(found.text, file, files.wants);
    reportBadLines(ini, file, files);
    return ini;
  }
  const cause = found.kind === 'missing' ? 'there is no such file' : found.cause;
  const problem = { message: `cannot read ${file}: ${cause}`, suggestion: undefined };
  if (isMain)
    files.report(
      diagnosticAt(wholeFile(file), { ...problem, supervisor: `could not read config file ${file}` }),
    );
  else files.report(diagnosticAt(wholeFile(file), { ...problem, severity: 'warning' }));
  return empty;
}

/** Supervisor dies of bytes that are not UTF-8; often they stand in a comment. */
function warnAboutEncoding(text: string, file: string, { report }: Files): void {
  const at = text.indexOf('\uFFFD');
  if (at === -1) return;
  const line = text.slice(0, at).split('\n').length;
  const place = { ...wholeFile(file), line };
  report(
    diagnosticAt(place, {
      severity: 'warning',
      message: `cannot read all of ${file}: it is not UTF-8`,
      suggestion: 'save it as UTF-8',
    }),
  );
}

/** Joins like Python: an absolute pattern stands for itself. */
const joinPattern = (directory: string, pattern: string): string =>
  pattern.startsWith('/') ? pattern : `${directory.replace(/\/$/, '')}/${pattern}`;

function includedFiles(main: IniFile, directory: string, files: Files): readonly string[] {
  const section = main.sections.get('include');
  if (section === undefined) return [];
  const context = plainContext({ ...files, ini: main }, section);
  // Undefined when it is missing or cannot be expanded, which has been reported.
  const written: string | undefined = readOptions(INCLUDE, context).files;
  const patterns = (written ?? '').split(/\s+/).filter((pattern) => pattern !== '');
  return patterns.flatMap((pattern) => matchesOf(joinPattern(directory, pattern), section, files));
}

function matchesOf(pattern: string, section: IniSection, { host, log, report }: Files): readonly string[] {
  const matches = glob(host, pattern);
  if (matches.length === 0) {
    log({ level: 'WARN', text: `No file matches via include "${pattern}"` });
    const place = section.entries.get('files')?.place ?? section.header;
    report(diagnosticAt(place, warningAbout(pattern)));
  }
  for (const file of matches) log({ level: 'INFO', text: `Included extra file "${file}" during parsing` });
  return matches;
}

const warningAbout = (pattern: string): Problem => ({
  severity: 'warning',
  message: `cannot include ${pattern}: no file matches`,
  supervisor: `No file matches via include "${pattern}"`,
});

const directoryOf = (file: string, host: Host): string => posix.dirname(posix.resolve(host.cwd, file));

/** Reads the main file and what it includes, later files over earlier ones. What cannot be read is reported. */
export function readFiles(file: string, files: Files): IniFile {
  const directory = directoryOf(file, files.host);
  const main = readText(file, files, true);
  if (!main.sections.has('include')) return main;
  const resolved = resolveHere(main, directory);
  let all = resolved;
  for (const included of includedFiles(resolved, directory, files))
    all = mergeIni(all, resolveHere(readText(included, files, false), directoryOf(included, files.host)));
  return all;
}
