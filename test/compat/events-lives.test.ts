/** What listeners are told of the life of a process: the same by both, for each of these programs. */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DaemonName, EventStage, hasTrueLength, show, type Told } from './events-rig.ts';

interface Life {
  /** What happens, as the name of the test. */
  readonly fact: string;
  /** The program's options beside its name. */
  readonly options: string;
  /** What is told of it, in Supervisor's words; the group's name is the program's unless this says otherwise. */
  readonly told: readonly string[];
  /** Sections beside the program's. */
  readonly sections?: string;
  /** The processes, when they are not called as the program. */
  readonly processes?: readonly { readonly name: string; readonly group: string }[];
}

const sh = (script: string): string => `command=/bin/sh -c '${script}'`;
const up = ['STARTING from_state:STOPPED tries:0', 'RUNNING from_state:STARTING pid:N'];
const stay = 'exec sleep 1000';
/** Supervisor sees a token only when more than its length has come: something must follow. */
const push = 'printf "%%0100d" 0';

const lives: Readonly<Record<string, Life>> = {
  stays: { fact: 'a process that stays up', options: 'command=/bin/sleep 1000', told: up },
  expected: {
    fact: 'an end with exit code 0',
    options: `${sh('sleep 1.3')}\nautorestart=unexpected`,
    told: [...up, 'EXITED from_state:RUNNING expected:1 pid:N'],
  },
  unexpected: {
    fact: 'an end with another exit code',
    options: `${sh('sleep 1.3; exit 3')}\nautorestart=false`,
    told: [...up, 'EXITED from_state:RUNNING expected:0 pid:N'],
  },
  listed: {
    fact: 'an end with an exit code that is listed',
    options: `${sh('sleep 1.3; exit 3')}\nexitcodes=2,3`,
    told: [...up, 'EXITED from_state:RUNNING expected:1 pid:N'],
  },
  killed: {
    fact: 'a death by a signal',
    options: `${sh('sleep 1.3; kill -9 $$')}\nautorestart=false`,
    told: [...up, 'EXITED from_state:RUNNING expected:0 pid:N'],
  },
  restarted: {
    fact: 'a restart',
    options: `${sh(`test -e DIR/mark && ${stay}; touch DIR/mark; sleep 1.3`)}\nautorestart=true`,
    told: [
      ...up,
      'EXITED from_state:RUNNING expected:1 pid:N',
      'STARTING from_state:EXITED tries:0',
      'RUNNING from_state:STARTING pid:N',
    ],
  },
  young: {
    fact: 'ends that come too early',
    options: `${sh('exit 1')}\nstartsecs=3\nstartretries=1`,
    told: [
      'STARTING from_state:STOPPED tries:0',
      'BACKOFF from_state:STARTING tries:1',
      'STARTING from_state:BACKOFF tries:1',
      'BACKOFF from_state:STARTING tries:2',
      'FATAL from_state:BACKOFF',
    ],
  },
  once: {
    fact: 'one end that comes too early, without another try',
    options: `${sh('exit 0')}\nstartsecs=3\nstartretries=0`,
    told: [
      'STARTING from_state:STOPPED tries:0',
      'BACKOFF from_state:STARTING tries:1',
      'FATAL from_state:BACKOFF',
    ],
  },
  second: {
    fact: 'a second try that holds',
    options: `${sh(`test -e DIR/held && ${stay}; touch DIR/held; exit 1`)}\nstartsecs=3`,
    told: [
      'STARTING from_state:STOPPED tries:0',
      'BACKOFF from_state:STARTING tries:1',
      'STARTING from_state:BACKOFF tries:1',
      'RUNNING from_state:STARTING pid:N',
    ],
  },
  missing: {
    fact: 'a command that is not there',
    options: 'command=/nonexistent/prog\nstartretries=0',
    told: [
      'STARTING from_state:STOPPED tries:0',
      'BACKOFF from_state:STARTING tries:1',
      'FATAL from_state:BACKOFF',
    ],
  },
  instant: {
    fact: 'an end at once with startsecs=0',
    options: `${sh('exit 0')}\nstartsecs=0\nautorestart=false`,
    told: [...up, 'EXITED from_state:RUNNING expected:1 pid:N'],
  },
  failing: {
    fact: 'a failure at once with startsecs=0',
    options: `${sh('exit 1')}\nstartsecs=0\nautorestart=false`,
    told: [...up, 'EXITED from_state:RUNNING expected:0 pid:N'],
  },
  idle: { fact: 'a program that is not started', options: 'command=/bin/true\nautostart=false', told: [] },
  member: {
    fact: 'a process of a group',
    options: 'command=/bin/sleep 1000',
    sections: '[group:team]\nprograms=member\n',
    processes: [{ name: 'member', group: 'team' }],
    told: up,
  },
  many: {
    fact: 'processes by numprocs',
    options: 'command=/bin/sleep 1000\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d',
    processes: [
      { name: 'many_00', group: 'many' },
      { name: 'many_01', group: 'many' },
    ],
    told: up,
  },
  speaking: {
    fact: 'output on stdout',
    options: `${sh(`printf "one\\ntwo"; ${stay}`)}\nstdout_events_enabled=true`,
    told: ['LOG_STDOUT pid:N channel:stdout\none\ntwo', ...up],
  },
  grumbling: {
    fact: 'output on stderr',
    options: `${sh(`echo out; echo err >&2; ${stay}`)}\nstderr_events_enabled=true`,
    told: ['LOG_STDERR pid:N channel:stderr\nerr\n', ...up],
  },
  redirected: {
    fact: 'stderr that is redirected',
    options: `${sh(`echo err >&2; ${stay}`)}\nredirect_stderr=true\nstdout_events_enabled=true`,
    told: ['LOG_STDOUT pid:N channel:stdout\nerr\n', ...up],
  },
  silent: {
    fact: 'output without events',
    options: sh(`echo out; echo err >&2; ${stay}`),
    told: up,
  },
  foreign: {
    fact: 'output in other letters',
    options: `${sh(`printf "gr\\303\\274\\303\\237e \\360\\237\\230\\200\\r\\n"; ${stay}`)}\nstdout_events_enabled=true`,
    told: ['LOG_STDOUT pid:N channel:stdout\ngrüße \u{1F600}\r\n', ...up],
  },
  binary: {
    fact: 'output that is no UTF-8',
    options: `${sh(`printf "caf\\351 \\047\\134\\001\\n"; ${stay}`)}\nstdout_events_enabled=true`,
    told: [
      String.raw`LOG_STDOUT pid:N channel:stdout` + '\n' + String.raw`Undecodable: b"caf\xe9 '\\\x01\n"`,
      ...up,
    ],
  },
  calling: {
    fact: 'a message between tokens on stdout',
    options: `${sh(`printf "<!--XSUPERVISOR:BEGIN-->hello\\nyou<!--XSUPERVISOR:END-->"; ${push}; ${stay}`)}\nstdout_capture_maxbytes=1KB`,
    told: ['COMMUNICATION_STDOUT pid:N\nhello\nyou', ...up],
  },
  crying: {
    fact: 'a message between tokens on stderr',
    options: `${sh(`printf "<!--XSUPERVISOR:BEGIN-->hello<!--XSUPERVISOR:END-->" >&2; ${stay}`)}\nstderr_capture_maxbytes=1KB`,
    told: ['COMMUNICATION_STDERR pid:N\nhello', ...up],
  },
  mute: {
    fact: 'an empty message',
    options: `${sh(`printf "<!--XSUPERVISOR:BEGIN--><!--XSUPERVISOR:END-->"; ${push}; ${stay}`)}\nstdout_capture_maxbytes=1KB`,
    told: ['COMMUNICATION_STDOUT pid:N\n', ...up],
  },
  twice: {
    fact: 'two messages in one write',
    options: `${sh(`printf "<!--XSUPERVISOR:BEGIN-->a<!--XSUPERVISOR:END--><!--XSUPERVISOR:BEGIN-->b<!--XSUPERVISOR:END-->"; ${stay}`)}\nstdout_capture_maxbytes=1KB`,
    told: ['COMMUNICATION_STDOUT pid:N\na', 'COMMUNICATION_STDOUT pid:N\nb', ...up],
  },
  halting: {
    fact: 'a message whose tokens come in pieces',
    options: `${sh(`printf "<!--XSUPER"; sleep 0.1; printf "VISOR:BEGIN-->hel"; sleep 0.1; printf "lo<!--XSUPERVISOR:EN"; sleep 0.1; printf "D-->"; ${push}; ${stay}`)}\nstdout_capture_maxbytes=1KB`,
    told: ['COMMUNICATION_STDOUT pid:N\nhello', ...up],
  },
};

const config = `
[eventlistener:all]
command=LISTENER trace ok
events=EVENT
buffer_size=1000
stderr_logfile=DIR/listener.err
${Object.entries(lives)
  .map(([name, { options, sections = '' }]) => `[program:${name}]\n${options}\n${sections}`)
  .join('\n')}`;

/** What was told of one process, without its names. */
const ofProcess = (
  told: readonly Told[],
  { name, group }: { readonly name: string; readonly group: string },
): string[] =>
  told
    .map(show)
    .filter((line) => line.includes(` processname:${name} groupname:${group} `))
    .map((line) =>
      line
        .replace('PROCESS_STATE_', '')
        .replace('PROCESS_', '')
        .replace(` processname:${name} groupname:${group}`, ''),
    );

const isOutput = (line: string): boolean => /^(LOG|COMMUNICATION)_/.test(line);

/** Output and changes of state race: each kind is compared in its own order. */
const byKind = (lines: readonly string[]): readonly string[] => {
  return [...lines.filter(isOutput), ...lines.filter((line) => !isOutput(line))];
};

const processesOf = (name: string): readonly { readonly name: string; readonly group: string }[] =>
  lives[name]?.processes ?? [{ name, group: name }];

const traces = new Map<DaemonName, readonly Told[]>();

const isEnough = (told: readonly Told[]): boolean =>
  Object.entries(lives).every(([name, life]) =>
    processesOf(name).every((process) => ofProcess(told, process).length >= life.told.length),
  );

async function record(daemon: DaemonName): Promise<void> {
  await using stage = new EventStage(daemon, config);
  traces.set(daemon, await stage.whenTold('trace', isEnough).catch(() => stage.told('trace')));
}

before(async () => {
  await Promise.all([record('supervisord'), record('tsupervisor')]);
});

after(() => traces.clear());

for (const [name, { fact, told }] of Object.entries(lives))
  test(`${fact} is told in the same words`, () => {
    for (const daemon of ['supervisord', 'tsupervisor'] as const)
      for (const process of processesOf(name))
        deepEqual([daemon, ...byKind(ofProcess(traces.get(daemon) ?? [], process))], [daemon, ...told]);
  });

test('every length is that of the payload in characters, and no notification is lost or doubled', () => {
  for (const [daemon, told] of traces) {
    deepEqual([daemon, told.filter((one) => !hasTrueLength(one))], [daemon, []]);
    const serials = told.map(({ headers }) => Number(headers['serial']));
    deepEqual([daemon, serials], [daemon, serials.map((_, index) => index)]);
  }
});

test('the exit status is told by ours, as the last word', () => {
  const ends = (traces.get('tsupervisor') ?? [])
    .filter(({ headers }) => headers['eventname'] === 'PROCESS_STATE_EXITED')
    .map(({ payload }) => /processname:(\w+) .* pid:\d+ exitstatus:(\d+)$/.exec(payload)?.slice(1).join(' '));

  deepEqual(
    new Set(ends),
    new Set([
      'expected 0',
      'failing 1',
      'instant 0',
      'killed 137',
      'listed 3',
      'restarted 0',
      'unexpected 3',
    ]),
  );
  equal(ends.length, 7);
});
