import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeFlags } from './flags.ts';

/** What code caches are made from. Paths are absolute. */
export interface CodeCacheOrder {
  /** The text of the program, see program-text.ts. */
  readonly text: string;
  /** The Node that will run it: V8 takes only what the same V8 has made, with the same flags. */
  readonly runtime: string;
  /** Where to work. */
  readonly folder: string;
}

const run = promisify(execFile);
const warmRun = join(import.meta.dirname, 'warm-run.ts');
/** Far more than it takes: a build must not hang when the program does. */
const patienceMs = 60_000;

/**
 * Makes the code caches by running the program as it will be used: V8 puts into a cache what it has compiled until then.
 *
 * @returns the file of each cache, by the name of its asset
 * @throws Error with what the program said, when a run did not end as it should
 */
export async function makeCodeCaches(order: CodeCacheOrder): Promise<Readonly<Record<string, string>>> {
  const superviseCache = join(order.folder, 'supervise.cache');
  const ctlCache = join(order.folder, 'ctl.cache');
  await warm(order, superviseCache, wholeLife(order.folder));
  const ctl = [...commandOf(order), ctlCache, 'ctl', '-c', confOf(order.folder), 'status'];
  const said = await warm(order, '', oneQuestion(order.folder, ctl.map((word) => `"${word}"`).join(' ')));
  if (!said.includes('exited: ctl (exit status 0; expected)'))
    throw new Error(`cannot make the code cache of the client: it did not end well:\n${said}`);
  return { 'supervise.cache': superviseCache, 'ctl.cache': ctlCache };
}

const confOf = (folder: string): string => join(folder, 'warm.conf');

const commandOf = ({ runtime, text }: CodeCacheOrder): readonly string[] => [
  runtime,
  ...nodeFlags,
  warmRun,
  text,
];

/** @returns the activity log of the run */
async function warm(order: CodeCacheOrder, cache: string, conf: string): Promise<string> {
  await writeFile(confOf(order.folder), conf);
  const [node = '', ...words] = commandOf(order);
  const options = { timeout: patienceMs, killSignal: 'SIGKILL', cwd: order.folder } as const;
  const { stderr } = await run(node, [...words, cache, '-c', confOf(order.folder)], options);
  return stderr;
}

const sections = (folder: string): string => `
[unix_http_server]
file=${join(folder, 'warm.sock')}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${join(folder, 'warm.sock')}
`;

/** Two programs with output; one crashes, comes back, and ends everything with a SIGTERM to its parent. */
const wholeLife = (folder: string): string => `${sections(folder)}
[supervisord]
environment=A="1"
[program:web]
command=/bin/sh -c "echo out; echo err >&2; exec sleep 60"
priority=1
startsecs=0
environment=B="2"
directory=/
[program:last]
command=/bin/sh -c "mkdir '${join(folder, 'crashed')}' && exit 3; kill -TERM $PPID; exec sleep 60"
priority=2
startsecs=0
`;

/** A program that asks for the status, and everything ends when it does. */
const oneQuestion = (folder: string, command: string): string => `${sections(folder)}
[supervisord]
exit_when_done=true
[program:ctl]
command=${command}
autorestart=false
startsecs=0
`;
