import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Capability, Contender, Output, Program, Wanted } from './contender.ts';

const everything: ReadonlySet<Capability> = new Set([
  'many',
  'restart',
  'stop',
  'orphans',
  'idle',
  'stall',
  'control',
  'raw',
  'prefix',
  'json',
  'file',
] as const);

const without = (...missing: readonly Capability[]): ReadonlySet<Capability> =>
  everything.difference(new Set(missing));

/** tsupervisor, from the same configuration as Supervisor plus its line formats. */
export const tsupervisor = (executable: string): Contender => ({
  name: 'tsupervisor',
  stopSignal: 'SIGTERM',
  can: everything,
  prepare: (folder, programs, wanted) => {
    const { output } = wanted;
    const format = output === 'json' || output === 'prefix' ? `output_format=${output}\n` : '';
    return [executable, '-c', writeConfig(folder, programs, wanted, format)];
  },
  client: (folder) => [executable, 'ctl', '-c', configIn(folder)],
});

/** Debian's Supervisor. It has no line formats. */
export const supervisord: Contender = {
  name: 'supervisord',
  stopSignal: 'SIGTERM',
  can: without('prefix', 'json'),
  prepare: (folder, programs, wanted) => [
    '/usr/bin/supervisord',
    '-c',
    writeConfig(folder, programs, wanted, ''),
  ],
  client: (folder) => ['/usr/bin/supervisorctl', '-c', configIn(folder)],
};

/** tini, and dumb-init, which take the same words. They pass the output through and run one program. */
export const shim = (name: 'tini' | 'dumb-init'): Contender => ({
  name,
  stopSignal: 'SIGTERM',
  can: new Set(['stop', 'orphans', 'idle']),
  prepare: (_folder, [program]) => [`/usr/bin/${name}`, '--', ...(program?.argv ?? [])],
});

/** The yardstick: the program's output through a plain `cat`. */
export const cat: Contender = {
  name: 'cat',
  stopSignal: 'SIGTERM',
  can: new Set(['raw']),
  // As PID 1 a shell ignores SIGTERM unless it says otherwise.
  prepare: (_folder, [program]) => [
    '/bin/sh',
    '-c',
    `trap 'kill $!; exit 0' TERM; ${program?.argv.join(' ')} | cat & wait`,
  ],
};

/** runit's runsvdir. As PID 1 it exits without waiting for its services, which is not the stop that is measured. */
export const runit: Contender = {
  name: 'runit',
  stopSignal: 'SIGHUP',
  can: without('stop', 'raw', 'prefix', 'json', 'file', 'stall', 'control'),
  prepare: (folder, programs) => ['/usr/bin/runsvdir', '-P', writeServices(folder, programs)],
};

/** s6's s6-svscan, as in containers. */
export const s6: Contender = {
  name: 's6',
  stopSignal: 'SIGTERM',
  can: without('raw', 'prefix', 'json', 'file', 'stall', 'control'),
  prepare: (folder, programs) => [
    '/usr/bin/s6-svscan',
    '-c',
    String(Math.max(16, programs.length)),
    writeServices(folder, programs),
  ],
};

/** pm2-runtime, from npm, run by the machine's own Node. Its lines carry no prefix when raw. */
export const pm2 = (script: string): Contender => ({
  name: 'pm2-runtime',
  stopSignal: 'SIGTERM',
  can: without('prefix', 'json', 'file', 'orphans', 'control'),
  prepare: (folder, programs) => {
    const apps = programs.map(({ name, argv: [command, ...args] }) => ({
      name,
      script: command,
      args,
      interpreter: 'none',
      kill_timeout: 10_000,
    }));
    const config = join(folder, 'pm2.json');
    writeFileSync(config, JSON.stringify({ apps }));
    return ['/usr/bin/env', `PM2_HOME=${join(folder, 'pm2')}`, script, '--raw', config];
  },
});

const configIn = (folder: string): string => join(folder, 'supervisord.conf');

/** The sections for a control socket and for the client. */
const controlSections = (socket: string): string => `[unix_http_server]
file=${socket}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${socket}
`;

function writeConfig(folder: string, programs: readonly Program[], wanted: Wanted, format: string): string {
  const { output, controlSocket } = wanted;
  const path = configIn(folder);
  const head = `[supervisord]
nodaemon=true
silent=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=${folder}/supervisord.pid
minfds=8192
${format}`;
  const sections = programs.map(({ name, argv }) => {
    return `[program:${name}]\ncommand=${argv.join(' ')}\nstartsecs=0\nautorestart=true\n${outputLines[output](folder)}`;
  });
  const control = controlSocket === undefined ? [] : [controlSections(controlSocket)];
  writeFileSync(path, [head, ...control, ...sections].join('\n'));
  return path;
}

const outputLines: Readonly<Record<Output, (folder: string) => string>> = {
  none: () => 'stdout_logfile=NONE\nstderr_logfile=NONE\n',
  raw: () => 'stdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\nstderr_logfile=NONE\n',
  // What a program's output becomes when nothing is said about it.
  prefix: () => 'stderr_logfile=NONE\n',
  json: () => 'stderr_logfile=NONE\n',
  file: (folder) => `stdout_logfile=${folder}/output.log\nstdout_logfile_maxbytes=0\nstderr_logfile=NONE\n`,
};

/** One folder with a run script for each program, which is what runit and s6 look at. */
function writeServices(folder: string, programs: readonly Program[]): string {
  const services = join(folder, 'services');
  for (const { name, argv } of programs) {
    const service = join(services, name);
    mkdirSync(service, { recursive: true });
    const run = join(service, 'run');
    writeFileSync(run, `#!/bin/sh\nexec ${argv.join(' ')}\n`);
    chmodSync(run, 0o755);
  }
  return services;
}
