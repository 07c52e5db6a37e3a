/**
 * Lines of NAME=value, as dotenv has them: # begins a comment, except in quotes; quotes (", ' and `) may hold several
 * lines; \n and \" mean what they say inside of ". Where Node's parseEnv differs it is wrong: it ends a value at \",
 * takes the next line for the value of `A= `, and does not keep bytes that are not UTF-8.
 */

/** What the text says, and what is odd in it. Messages name variables, never values: those may be secret. */
export interface EnvText {
  readonly variables: readonly EnvVariable[];
  readonly oddities: readonly EnvOddity[];
}

/** A variable, and the line where it begins, counted from 1. */
export interface EnvVariable {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** Something that was probably not meant. */
export interface EnvOddity {
  readonly line: number;
  readonly message: string;
}

interface Value {
  readonly value: string;
  /** Where the value and what follows it in its last line end. */
  readonly end: number;
  /** What is odd about it. */
  readonly oddity?: string | undefined;
}

const quotes = '"\'`';

/** Blanks of ASCII only: others may belong to the value. */
const trim = (text: string): string => text.replaceAll(/^[ \t\r]+|[ \t\r]+$/g, '');

/** Reads the text of a whole file. */
export function parseEnvText(text: string): EnvText {
  const all = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const variables: EnvVariable[] = [];
  const oddities: EnvOddity[] = [];
  let line = 1;
  for (let start = 0; start < all.length;) {
    const { name, value, end, oddity } = readEntry(all, start);
    if (name !== undefined) variables.push({ name, value, line });
    if (oddity !== undefined) oddities.push({ line, message: oddity });
    line += all.slice(start, end).split('\n').length;
    start = end + 1;
  }
  return { variables, oddities };
}

/** What begins at this line; without a name: a comment, an empty line, or nothing that can be used. */
function readEntry(all: string, start: number): Value & { readonly name?: string } {
  const end = endOfLine(all, start);
  const line = trim(all.slice(start, end));
  if (line === '' || line.startsWith('#')) return { value: '', end };
  const [before = ''] = line.split('=', 1);
  const name = trim(before).replace(/^export[ \t]+/, '');
  if (before === line || name === '')
    return { value: '', end, oddity: 'cannot use the line: expected NAME=value' };
  return { name, ...readValue(all, all.indexOf('=', start) + 1, name) };
}

function readValue(all: string, start: number, name: string): Value {
  const end = endOfLine(all, start);
  const raw = trim(all.slice(start, end));
  const quote = raw.charAt(0);
  if (quote === '' || !quotes.includes(quote)) return { value: trim(raw.split('#', 1)[0] ?? ''), end };
  const open = all.indexOf(quote, start);
  const close = closingQuote(all, quote, open + 1);
  if (close !== -1) return quoted(all, { open, close, name });
  return {
    value: raw,
    end,
    oddity: `cannot find the end of ${name}: its value begins with ${quote}, and no other follows`,
  };
}

interface Quoted {
  readonly open: number;
  readonly close: number;
  readonly name: string;
}

function quoted(all: string, { open, close, name }: Quoted): Value {
  const inner = all.slice(open + 1, close);
  const value = all.charAt(open) === '"' ? inner.replaceAll('\\n', '\n').replaceAll('\\"', '"') : inner;
  const end = endOfLine(all, close);
  const rest = trim(all.slice(close + 1, end));
  if (rest === '' || rest.startsWith('#')) return { value, end };
  const below = inner.split('\n').length - 1;
  const where = below === 0 ? '' : `, ${below} ${below === 1 ? 'line' : 'lines'} below`;
  return { value, end, oddity: `cannot use all of ${name}: there is more after its closing quote${where}` };
}

/** -1: there is none. */
function closingQuote(all: string, quote: string, from: number): number {
  let at = all.indexOf(quote, from);
  if (quote !== '"') return at;
  while (isEscaped(all, at)) at = all.indexOf(quote, at + 1);
  return at;
}

/** Whether an odd number of backslashes is before it. */
function isEscaped(all: string, at: number): boolean {
  let first = at;
  while (all.charAt(first - 1) === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

function endOfLine(all: string, from: number): number {
  const end = all.indexOf('\n', from);
  return end === -1 ? all.length : end;
}
