/** The value types of the options that Supervisor does not have. */
import { type Datatype } from './datatype.ts';
import { byteSize, duration, oneOf, parseByteSize, parseInteger } from './datatypes.ts';
import { parseSignal } from './signals.ts';
import { ValueError } from './value-error.ts';

/** Compose's words for what a program waits for. */
export type Condition = 'started' | 'healthy' | 'completed';

/** A program or group that must have got somewhere before this one starts. */
export interface Dependency {
  readonly name: string;
  readonly condition: Condition;
}

const CONDITIONS: ReadonlyMap<string, Condition> = new Map([
  ['started', 'started'],
  ['service_started', 'started'],
  ['healthy', 'healthy'],
  ['service_healthy', 'healthy'],
  ['completed', 'completed'],
  ['service_completed_successfully', 'completed'],
]);

function parseDependency(text: string): Dependency {
  const colon = text.lastIndexOf(':');
  const word = colon === -1 ? 'started' : text.slice(colon + 1).trim();
  const condition = CONDITIONS.get(word.toLowerCase());
  const name = (colon === -1 ? text : text.slice(0, colon)).trim();
  if (name === '') throw new ValueError(`${text} names no program`, 'a program has no name');
  if (condition === undefined)
    throw new ValueError(`unknown condition ${word}`, `${word} is not started, healthy or completed`);
  return { name, condition };
}

const parts = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** `db:healthy, migrate:completed, cache`. */
export const dependencies: Datatype<readonly Dependency[]> = {
  expects: 'programs such as db:healthy, migrate:completed, cache',
  parse: (text) => parts(text).map(parseDependency),
};

/** How a program says that it is ready. */
export type Readiness =
  /** By staying up for startsecs, or by its health check where it has one. */
  | { readonly kind: 'started' }
  /** sd_notify(3): READY=1 on $NOTIFY_SOCKET. */
  | { readonly kind: 'notify' }
  /** s6's way: a newline on this file descriptor. */
  | { readonly kind: 'fd'; readonly fd: number };

/** `started`, `notify` or `fd:3`. */
export const readiness: Datatype<Readiness> = {
  expects: 'started, notify or fd:N with N from 3 to 1023',
  parse: (text) => {
    const lower = text.toLowerCase();
    if (lower === 'started' || lower === 'notify') return { kind: lower };
    const fd = /^fd:\d+$/.test(lower) ? Number(lower.slice(3)) : 0;
    if (fd < 3 || fd > 1023) throw new ValueError(`unknown readiness ${text}`);
    return { kind: 'fd', fd };
  },
};

/** What is asked to find out whether a program is healthy. */
export type HealthCheck =
  /** Healthy when the command, run without a shell, exits with 0. */
  | { readonly kind: 'exec'; readonly command: string }
  /** Healthy when a GET is answered with 200 to 399. */
  | { readonly kind: 'http'; readonly url: string }
  /** Healthy when a connection is accepted. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

function parseTcp(text: string): HealthCheck {
  const match = /^tcp:\/\/(?:\[(?<address>[^\]]+)\]|(?<host>[^\s:/]+)):(?<port>\d+)\/?$/.exec(text);
  const port = Number(match?.groups?.['port']);
  if (match === null || port < 1 || port > 65_535) throw new ValueError(`unknown health check ${text}`);
  return { kind: 'tcp', host: match.groups?.['address'] ?? match.groups?.['host'] ?? '', port };
}

/** `exec COMMAND`, `http://…` or `tcp://host:port`. */
export const healthCheck: Datatype<HealthCheck> = {
  expects: 'exec COMMAND, http://HOST:PORT/PATH or tcp://HOST:PORT',
  parse: (text) => {
    if (/^exec\s+\S/.test(text)) return { kind: 'exec', command: text.slice(4).trim() };
    if (text.startsWith('tcp://')) return parseTcp(text);
    if (/^https?:\/\//.test(text) && URL.canParse(text)) return { kind: 'http', url: text };
    throw new ValueError(`unknown health check ${text}`);
  },
};

/** A variable that takes the content of a file. */
export interface Secret {
  readonly name: string;
  readonly path: string;
}

/** `NAME:/run/secrets/name, …`. */
export const secrets: Datatype<readonly Secret[]> = {
  expects: 'NAME:/absolute/path, separated by commas',
  parse: (text) =>
    parts(text).map((part) => {
      const match = /^(?<name>[^\s:=]+):(?<path>\/.*)$/.exec(part);
      if (match === null)
        throw new ValueError(`unknown secret ${part}`, `${part} is not NAME:/absolute/path`);
      return { name: match.groups?.['name'] ?? '', path: match.groups?.['path'] ?? '' };
    }),
};

/** A number in the resource's own unit. */
export type LimitValue = bigint | 'unlimited';

/** A resource limit, as setrlimit(2) has it. */
export interface Limit {
  readonly soft: LimitValue;
  readonly hard: LimitValue;
}

/** RLIM_INFINITY less one (sys/resource.h): the largest number that is not "unlimited". */
const mostAmount = 2n ** 64n - 2n;

const UNLIMITED: ReadonlySet<string> = new Set(['unlimited', 'infinity', '-1']);

function parseAmount(text: string, parse: (text: string) => number): LimitValue {
  if (UNLIMITED.has(text.toLowerCase())) return 'unlimited';
  const value = parse(text);
  if (value < 0) throw new ValueError(`${text} is below lower bound (0)`, 'it is negative');
  const amount = BigInt(value);
  if (amount > mostAmount)
    throw new ValueError(`${text} is above upper bound (${mostAmount})`, 'it is too large');
  return amount;
}

const isAbove = (a: LimitValue, b: LimitValue): boolean => b !== 'unlimited' && (a === 'unlimited' || a > b);

const limitOf = (expects: string, parseValue: (text: string) => number): Datatype<Limit> => ({
  expects: `${expects}, or unlimited; SOFT:HARD sets both`,
  parse: (text) => {
    const [soft = '', hard = soft, ...rest] = text.split(':').map((part) => part.trim());
    if (rest.length > 0) throw new ValueError(`unknown limit ${text}`);
    const limit = { soft: parseAmount(soft, parseValue), hard: parseAmount(hard, parseValue) };
    if (isAbove(limit.soft, limit.hard))
      throw new ValueError(`unknown limit ${text}`, 'the soft limit is above the hard one');
    return limit;
  },
});

/** A count of things, `1024` or `1024:4096`. */
export const countLimit = limitOf('a whole number', parseInteger);

/** An amount of bytes, `64MB` or `64MB:unlimited`. */
export const sizeLimit = limitOf('a size such as 0, 500KB, 50MB or 1GB', parseByteSize);

/** What happens above a program's memory_limit. */
export type MemoryReaction =
  | { readonly kind: 'restart' }
  | { readonly kind: 'signal'; readonly signal: number };

/** `restart`, or a signal to send. */
export const memoryReaction: Datatype<MemoryReaction> = {
  expects: 'restart or a signal such as USR1',
  parse: (text) =>
    text.toLowerCase() === 'restart' ? { kind: 'restart' } : { kind: 'signal', signal: parseSignal(text) },
};

/** A size; 0: no limit. */
export const memorySize: Datatype<number> = {
  expects: `${byteSize.expects}; 0: no limit`,
  parse: (text, host) => {
    const value = byteSize.parse(text, host);
    if (value < 0) throw new ValueError(`${text} is below lower bound (0)`, 'it is negative');
    return value;
  },
};

/** How a delay grows: not at all, by one second a time, or doubling. */
export const backoff = oneOf('linear', 'exponential', 'constant');

const CRON_FIELD = /^(?:\*|\d+(?:-\d+)?|[a-z]{3}(?:-[a-z]{3})?|\?|l)(?:[/#]\d+)?l?$/i;

/** A cron line: five fields, six with seconds, or a word such as @daily. The text; the scheduler reads it. */
export const cronLine: Datatype<string> = {
  expects: 'a cron line such as */5 * * * * or @daily',
  parse: (text) => {
    if (/^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i.test(text)) return text;
    const fields = text.split(/\s+/);
    const isCron = fields.length >= 5 && fields.length <= 6;
    if (!isCron || !fields.every((field) => field.split(',').every((item) => CRON_FIELD.test(item))))
      throw new ValueError(`unknown schedule ${text}`);
    return text;
  },
};

/** A time that must not be negative. */
export const positiveDuration: Datatype<number> = {
  expects: duration.expects,
  parse: (text, host) => {
    const value = duration.parse(text, host);
    if (value < 0) throw new ValueError(`${text} is below lower bound (0)`, 'it is negative');
    return value;
  },
};

/** The age at which a log is rotated. Infinity: never. */
export const maxAge: Datatype<number> = {
  expects: 'a time such as 1d or 12h, or none',
  parse: (text, host) => {
    if (text.toLowerCase() === 'none') return Infinity;
    return positiveDuration.parse(text, host) || Infinity;
  },
};

/** Which lines belong to one message. */
export type Multiline =
  | { readonly kind: 'none' }
  /** A line that starts with white space belongs to the line before it. */
  | { readonly kind: 'indented' }
  /** A message starts where the line matches. */
  | { readonly kind: 'start'; readonly pattern: RegExp };

/** `none`, `indented` or `regex:PATTERN`, which the first line of a message matches; `regex:` may be left out. */
export const multiline: Datatype<Multiline> = {
  expects: 'none, indented or regex:PATTERN for the first line of a message',
  parse: (text) => {
    const lower = text.toLowerCase();
    if (lower === 'none' || lower === 'indented') return { kind: lower };
    try {
      return { kind: 'start', pattern: new RegExp(text.replace(/^regex:/i, '')) };
    } catch (error) {
      throw new ValueError(`unknown pattern ${text}`, error instanceof Error ? error.message : '');
    }
  },
};
