import { deepEqual, ok } from 'node:assert/strict';
import { noArguments } from '../../src/config/command-line.ts';
import { emptyHost, type FileText, type Host } from '../../src/config/host.ts';
import { loadPlan, type Loaded } from '../../src/config/load.ts';
import { type GroupPlan, type Plan, type ProcessPlan } from '../../src/config/plan.ts';

/** Where the configuration of a test is. */
export const mainFile = '/etc/supervisord.conf';

const parents = (path: string): readonly string[] => {
  const parts = path.split('/').slice(1, -1);
  return ['/', ...parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`)];
};

/** A machine with these files, the directories that they are in, and /tmp and /dev. */
export function hostWith(files: Readonly<Record<string, string>>, more: Partial<Host> = {}): Host {
  const all = new Map(Object.entries(files));
  const directories = new Set(['/tmp', '/dev', ...[...all.keys()].flatMap(parents)]);
  const names = (directory: string): readonly string[] => {
    const prefix = directory.endsWith('/') ? directory : `${directory}/`;
    const inside = [...all.keys(), ...directories].filter(
      (path) => path.startsWith(prefix) && path !== prefix,
    );
    return [...new Set(inside.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))];
  };
  const mode = (path: string): number => (all.get(path)?.startsWith('#!') === true ? 0o755 : 0o644);
  const readFile = (path: string): FileText =>
    all.has(path) ? { kind: 'text', text: all.get(path) ?? '' } : { kind: 'missing' };
  return {
    ...emptyHost,
    readFile,
    readValues: readFile,
    listDirectory: (path) => (directories.has(path) ? names(path) : undefined),
    stat: (path) => {
      if (directories.has(path)) return { isDirectory: true, mode: 0o755 };
      return all.has(path) ? { isDirectory: false, mode: mode(path) } : undefined;
    },
    hasEntry: (path) => directories.has(path) || all.has(path),
    isExecutable: (path) => mode(path) === 0o755,
    findUser: (wanted) =>
      wanted === 'web' || wanted === 1000
        ? { name: 'web', uid: 1000, gid: 100, home: '/home/web', shell: '/bin/sh' }
        : undefined,
    findGroup: (wanted) => (wanted === 'users' || wanted === 100 ? { name: 'users', gid: 100 } : undefined),
    groupsOf: (_name, gid) => [gid, 27],
    nodename: 'testhost',
    ...more,
  };
}

/** Loads a text, on a machine with more files. */
export function load(
  text: string,
  files: Readonly<Record<string, string>> = {},
  more: Partial<Host> = {},
): Loaded {
  const loaded = loadWithNotices(text, files, more);
  return { ...loaded, diagnostics: loaded.diagnostics.filter(({ message }) => !message.endsWith(notice)) };
}

const notice = 'it has no effect in this version';

/** As `load`, and says which options have no effect yet. */
export function loadWithNotices(
  text: string,
  files: Readonly<Record<string, string>> = {},
  more: Partial<Host> = {},
): Loaded {
  const host = hostWith({ [mainFile]: text, ...files }, more);
  return loadPlan({ file: mainFile, argv0: 'tsupervisor', commandLine: noArguments }, host);
}

/** The problems of a text, one line each. */
export const problemsOf = (text: string, files: Readonly<Record<string, string>> = {}): readonly string[] =>
  load(text, files).diagnostics.map(
    ({ line, column, severity, message }) => `${line}:${column}: ${severity}: ${message}`,
  );

/** The plan of a text in which nothing is wrong. */
export function planOf(
  text: string,
  files: Readonly<Record<string, string>> = {},
  more: Partial<Host> = {},
): Plan {
  const { plan, diagnostics } = load(text, files, more);
  deepEqual(diagnostics, []);
  ok(plan);
  return plan;
}

/** The first group of a plan. */
export function firstGroup({ groups: [first] }: Plan): GroupPlan {
  ok(first);
  return first;
}

/** A process with these options, in which nothing is wrong. */
export function processWith(options: string, files: Readonly<Record<string, string>> = {}): ProcessPlan {
  const [first] = firstGroup(planOf(`[supervisord]\n[program:a]\ncommand=x\n${options}\n`, files)).processes;
  ok(first);
  return first;
}
