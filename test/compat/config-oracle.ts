/**
 * The corpus of configurations, what Debian's Supervisor makes of each, and what we do, in the same form.
 *
 * What Supervisor said is kept in config-corpus.json, so that the comparison needs no Python.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noArguments } from '../../src/config/command-line.ts';
import { type Host } from '../../src/config/host.ts';
import { loadPlan } from '../../src/config/load.ts';
import { type LogDestination } from '../../src/config/log-destination.ts';
import { machineHost } from '../../src/config/machine-host.ts';
import { type GroupPlan, type Plan, type ProcessPlan, type ServerPlan } from '../../src/config/plan.ts';

/** What a configuration comes to, as config-oracle.py prints it. */
export type Answer = Readonly<Record<string, unknown>>;

const corpus = join(import.meta.dirname, 'config-corpus');
const oracle = join(import.meta.dirname, 'config-oracle.py');
const python = '/usr/bin/python3';

/** Where the recorded answers are. */
export const recording = join(import.meta.dirname, 'config-corpus.json');

/** The environment in which the corpus is read. */
const environment = {
  PATH: '/usr/bin:/bin',
  HOME: '/root',
  TESTVAR: 'te%st',
  NUMBER: '3',
  FLAG: 'true',
  TESTUSER: 'root',
  EMPTY: '',
  LANG: 'C.UTF-8',
  LC_CTYPE: 'C.UTF-8',
};

/** The names of the configurations. */
export const configurations: readonly string[] = globSync('*.conf', { cwd: corpus }).toSorted();

/** What Supervisor said when it was last asked. */
export const recorded = (): Readonly<Record<string, Answer>> => JSON.parse(readFileSync(recording, 'utf8'));

/** Asks Debian's Supervisor. undefined: it is not installed. */
export function askSupervisor(): Readonly<Record<string, Answer>> | undefined {
  if (!existsSync('/usr/lib/python3/dist-packages/supervisor')) return undefined;
  const answer = execFileSync(python, [oracle, ...configurations], {
    cwd: corpus,
    env: environment,
    encoding: 'utf8',
  });
  return JSON.parse(answer.replaceAll(corpus, '/corpus'));
}

const USERS = [
  { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
  { name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin' },
  { name: 'nobody', uid: 65_534, gid: 65_534, home: '/nonexistent', shell: '/usr/sbin/nologin' },
];

const GROUPS = [
  { name: 'root', gid: 0 },
  { name: 'nogroup', gid: 65_534 },
];

const users = {
  findUser: (wanted: string | number) => USERS.find(({ name, uid }) => name === wanted || uid === wanted),
  findGroup: (wanted: string | number) => GROUPS.find(({ name, gid }) => name === wanted || gid === wanted),
  groupsOf: (_name: string, gid: number) => [gid],
};
const machine = machineHost(users, new Map());

const inCorpus = (path: string): string => (path.startsWith('/') ? path : join(corpus, path));

const host: Host = {
  ...machine,
  readFile: (path) => machine.readFile(inCorpus(path)),
  listDirectory: (path) => machine.listDirectory(inCorpus(path)),
  stat: (path) => machine.stat(inCorpus(path)),
  hasEntry: (path) => machine.hasEntry(inCorpus(path)),
  uid: 0,
  environment: new Map(Object.entries(environment)),
  cwd: corpus,
  nodename: 'testhost',
};

const or = <T>(value: T | undefined): T | null => value ?? null;

/** Supervisor has one destination; without one it makes a file. */
function logfile([first]: readonly LogDestination[]): string {
  if (first === undefined || first.kind === 'none') return 'NONE';
  return first.kind === 'file' ? first.path : 'AUTO';
}

function describeProcess(process: ProcessPlan): Answer {
  return {
    name: process.name,
    command: process.command,
    directory: or(process.directory),
    umask: or(process.umask),
    priority: process.priority,
    autostart: process.autostart,
    autorestart: process.autorestart,
    startsecs: process.startsecs / 1000,
    startretries: process.startretries,
    uid: or(process.user?.uid),
    stdout_capture_maxbytes: process.stdout_capture_maxbytes,
    stdout_events_enabled: process.stdout_events_enabled,
    stdout_logfile: logfile(process.stdout_logfile),
    stdout_logfile_backups: process.stdout_logfile_backups,
    stdout_logfile_maxbytes: process.stdout_logfile_maxbytes,
    stdout_syslog: process.stdout_syslog,
    stderr_capture_maxbytes: process.stderr_capture_maxbytes,
    stderr_events_enabled: process.stderr_events_enabled,
    stderr_logfile: logfile(process.stderr_logfile),
    stderr_logfile_backups: process.stderr_logfile_backups,
    stderr_logfile_maxbytes: process.stderr_logfile_maxbytes,
    stderr_syslog: process.stderr_syslog,
    stopsignal: process.stopsignal[0],
    stopwaitsecs: process.stopwaitsecs / 1000,
    stopasgroup: process.stopasgroup,
    killasgroup: process.killasgroup,
    exitcodes: process.exitcodes,
    redirect_stderr: process.redirect_stderr,
    environment: Object.fromEntries(process.environment),
    serverurl: or(process.serverurl),
  };
}

function describeSocket({ socket }: Extract<GroupPlan, { kind: 'fcgi-program' }>): readonly unknown[] {
  const { url, backlog, mode, owner } = socket;
  if (socket.kind === 'tcp') return [url, or(backlog)];
  return [url, or(backlog), mode, owner ? [owner.uid, owner.gid ?? -1] : []];
}

function describeGroup(group: GroupPlan): Answer {
  const { name, priority, processes } = group;
  const basics = { name, priority, processes: processes.map(describeProcess) };
  if (group.kind === 'fcgi-program') return { ...basics, socket: describeSocket(group) };
  if (group.kind !== 'eventlistener') return basics;
  return { ...basics, buffer_size: group.buffer_size, events: [...group.events].toSorted() };
}

function describeServer(server: ServerPlan): Answer {
  const { section, username, password } = server;
  const basics = { section, username: or(username), password: or(password) };
  if (server.kind === 'inet') return { ...basics, host: server.host, port: server.port };
  const { file, chmod, chown } = server;
  return { ...basics, file, chmod, chown: chown ? [chown.uid, chown.gid ?? -1] : [-1, -1] };
}

const LEVELS = new Map([
  ['critical', 50],
  ['error', 40],
  ['warn', 30],
  ['info', 20],
  ['debug', 10],
  ['trace', 5],
  ['blather', 3],
]);

function describeSupervisord({ supervisord }: Plan): Answer {
  const { minfds, minprocs, umask, logfile_maxbytes, logfile_backups, identifier } = supervisord;
  const { loglevel, silent, nocleanup, strip_ansi, environment: variables } = supervisord;
  const numbers = {
    minfds,
    minprocs,
    umask,
    logfile_maxbytes,
    logfile_backups,
    loglevel: LEVELS.get(loglevel),
  };
  return {
    ...numbers,
    identifier,
    silent,
    nocleanup,
    strip_ansi,
    environment: Object.fromEntries(variables),
  };
}

/** What we make of one of the configurations. */
export function askUs(file: string): Answer {
  const loaded = loadPlan({ file, argv0: 'supervisord', commandLine: noArguments }, host);
  const { plan, messages } = loaded;
  const answer = plan
    ? {
        supervisord: describeSupervisord(plan),
        groups: plan.groups.map(describeGroup),
        servers: plan.servers.map(describeServer),
        serverurl: or(plan.serverUrl),
        interfaces: plan.rpcInterfaces.map(({ name, options }) => [name, Object.fromEntries(options)]),
        messages: messages.map(({ level, text }) => [level, text]),
      }
    : { error: loaded.supervisorError };
  return JSON.parse(JSON.stringify(answer).replaceAll(corpus, '/corpus'));
}
