/** The same config and the same events under supervisord and under tsupervisor: the activity logs must say the same. */
import { deepEqual, ok } from 'node:assert/strict';
import { suite, test } from 'node:test';
import { supervisord, tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Options, program, Rig, saidIn, section, settings } from '../pid1/rig.ts';

/** What happens to both. */
interface Scenario {
  readonly name: string;
  readonly sections: (rig: Rig) => readonly string[];
  /** The activity line, and how many of it, after which the request to stop is sent. */
  readonly until: readonly [line: RegExp, count: number];
  /** Sent before the request to stop, with the line that it must lead to. */
  readonly next?: readonly [signal: NodeJS.Signals, line: RegExp, count: number];
  /** The request to stop. Default: SIGTERM. */
  readonly stop?: NodeJS.Signals;
  /** Processes of equal rank may start and stop in any order. */
  readonly inAnyOrder?: boolean;
}

const quiet: Options = { stdout_logfile: 'NONE', stderr_logfile: 'NONE' };
const sleeping = (name: string, options: Options = {}): string =>
  program(name, { command: '/bin/sleep 1000', startsecs: 0, ...quiet, ...options });
const running = (rig: Rig, name: string, script: string, options: Options = {}): string =>
  program(name, { command: rig.sh(script), ...quiet, ...options });

/**
 * A program that ends within its startsecs, yet after the one beside it is RUNNING: supervisord looks for the dead right
 * after it has started the last, so whether one that ends at once is among them is a matter of luck.
 */
const early = (rig: Rig, script: string, options: Options): string =>
  running(rig, 'web', `sleep 0.5; ${script}`, { startsecs: 5, ...options });

/** Shell that runs `first` at the first start and sleeps at the second. */
const onceThen = (rig: Rig, first: string): string =>
  `[ -e ${rig.scratch.path('again')} ] && exec sleep 1000; touch ${rig.scratch.path('again')}; sleep 1.3; ${first}`;

const scenarios: readonly Scenario[] = [
  {
    name: 'one program starts and stops',
    sections: () => [sleeping('web', { startsecs: 1 })],
    until: [/success: web/, 1],
  },
  {
    name: 'three priorities',
    sections: () => [
      sleeping('c', { priority: 1 }),
      sleeping('a', { priority: 3 }),
      sleeping('b', { priority: 2 }),
    ],
    until: [/success:/, 3],
  },
  {
    name: 'three programs of one priority',
    sections: () => ['c', 'a', 'b'].map((name) => sleeping(name)),
    until: [/success:/, 3],
    inAnyOrder: true,
  },
  {
    name: 'three processes of one program',
    sections: () => [
      sleeping('web', { numprocs: 3, process_name: '%(program_name)s_%(process_num)02d', numprocs_start: 1 }),
    ],
    until: [/success:/, 3],
    inAnyOrder: true,
  },
  {
    name: 'a group and a program beside it',
    sections: () => [
      sleeping('one', { priority: 1 }),
      sleeping('two', { priority: 2 }),
      section('group:both', { programs: 'two,one', priority: 5 }),
      sleeping('first', { priority: 4 }),
      sleeping('last', { priority: 6 }),
    ],
    until: [/success:/, 4],
    inAnyOrder: true,
  },
  {
    name: 'a program that is not started',
    sections: () => [sleeping('lazy', { autostart: false }), sleeping('web')],
    until: [/success: web/, 1],
  },
  {
    name: 'an unexpected exit, and a restart',
    sections: (rig) => [running(rig, 'web', onceThen(rig, 'exit 3'))],
    until: [/success: web/, 2],
  },
  {
    name: 'a death by SIGKILL, and a restart',
    sections: (rig) => [running(rig, 'web', onceThen(rig, 'kill -KILL $$'))],
    until: [/success: web/, 2],
  },
  {
    name: 'an expected exit',
    sections: (rig) => [running(rig, 'web', 'sleep 1.3; exit 0'), sleeping('other')],
    until: [/exited: web/, 1],
  },
  {
    name: 'an expected exit code other than 0',
    sections: (rig) => [running(rig, 'web', 'sleep 1.3; exit 2', { exitcodes: '0,2' }), sleeping('other')],
    until: [/exited: web/, 1],
  },
  {
    name: 'an exit with 0 that is not expected',
    sections: (rig) => [
      running(rig, 'web', 'sleep 1.3', { exitcodes: '1', autorestart: false }),
      sleeping('other'),
    ],
    until: [/exited: web/, 1],
  },
  {
    name: 'autorestart=true after an expected exit',
    sections: (rig) => [running(rig, 'web', onceThen(rig, 'exit 0'), { autorestart: true })],
    until: [/success: web/, 2],
  },
  {
    name: 'autorestart=false after an unexpected exit',
    sections: (rig) => [running(rig, 'web', 'sleep 1.3; exit 9', { autorestart: false }), sleeping('other')],
    until: [/exited: web/, 1],
  },
  {
    name: 'a program that gives up after two tries',
    sections: (rig) => [early(rig, 'exit 1', { startretries: 1 }), sleeping('other')],
    until: [/gave up: web/, 1],
  },
  {
    name: 'a program that exits with 0 too early',
    sections: (rig) => [early(rig, 'exit 0', { startretries: 0 }), sleeping('other')],
    until: [/gave up: web/, 1],
  },
  {
    name: 'a program that dies of a signal too early',
    sections: (rig) => [early(rig, 'ulimit -c 0; kill -SEGV $$', { startretries: 0 }), sleeping('other')],
    until: [/gave up: web/, 1],
  },
  {
    name: 'commands that cannot be used',
    sections: (rig) => [
      ...[
        ['missing', '/nonexistent/command'],
        ['nowhere', 'no-such-command-anywhere'],
        ['folder', '/tmp'],
        ['plain', '/etc/passwd'],
        ['quotes', '/bin/echo "one'],
      ].map(([name = '', command = '']) => program(name, { command, startretries: 0, ...quiet })),
      program('log', { command: '/bin/cat', ...quiet, stdout_logfile: rig.scratch.folder, startretries: 0 }),
      sleeping('other'),
    ],
    until: [/gave up/, 6],
    inAnyOrder: true,
  },
  {
    name: 'a program that must be killed',
    sections: (rig) => [
      running(rig, 'web', 'trap "" TERM; sleep 1000 & wait; wait; sleep 1000', { stopwaitsecs: 1 }),
    ],
    until: [/success: web/, 1],
  },
  {
    name: 'a program whose stop signal is KILL',
    sections: () => [sleeping('web', { stopsignal: 'KILL' })],
    until: [/success: web/, 1],
  },
  {
    name: 'a program that ends well when it is asked to',
    sections: (rig) => [
      running(rig, 'web', 'trap "exit 0" INT; while :; do sleep 0.05; done', { stopsignal: 'INT' }),
    ],
    until: [/success: web/, 1],
  },
  {
    name: 'a program that ends with an unexpected code when it is asked to',
    sections: (rig) => [
      running(rig, 'web', 'trap "exit 5" USR1; while :; do sleep 0.05; done', { stopsignal: 'USR1' }),
    ],
    until: [/success: web/, 1],
  },
  {
    name: 'a stop while a program is in BACKOFF',
    sections: (rig) => [
      running(rig, 'bad', 'exit 1', { startretries: 100, startsecs: 5 }),
      sleeping('web', { priority: 1 }),
    ],
    // The wait after the third is three seconds.
    until: [/exited: bad/, 3],
    inAnyOrder: true,
  },
  {
    name: 'a stop by SIGINT',
    sections: () => [sleeping('web')],
    until: [/success: web/, 1],
    stop: 'SIGINT',
  },
  {
    name: 'a stop by SIGQUIT',
    sections: () => [sleeping('web')],
    until: [/success: web/, 1],
    stop: 'SIGQUIT',
  },
  {
    name: 'a restart by SIGHUP',
    sections: () => [sleeping('web'), sleeping('db', { priority: 1 })],
    until: [/success:/, 2],
    next: ['SIGHUP', /success:/, 4],
  },
  {
    name: 'logs reopened by SIGUSR2',
    sections: () => [sleeping('web')],
    until: [/success: web/, 1],
    next: ['SIGUSR2', /supervisord logreopen/, 1],
  },
  {
    name: 'included files, and a pattern that matches none',
    sections: (rig) => {
      rig.scratch.write('conf.d/a.conf', sleeping('a'));
      return [section('include', { files: 'conf.d/*.conf' }), sleeping('web')];
    },
    until: [/success:/, 2],
    inAnyOrder: true,
  },
];

/** Runs a scenario to its end. Returns what the activity log says, and the exit code. */
async function play(scenario: Scenario, argv: readonly string[]): Promise<readonly string[]> {
  await using rig = await Rig.open();
  const own = settings({
    logfile: '%(here)s/activity.log',
    pidfile: '%(here)s/supervisord.pid',
    childlogdir: '%(here)s',
    exit_when_done: false,
  });
  const config = rig.config([own, ...scenario.sections(rig)]);

  await using init = new Pid1([...argv, '-c', config]);
  await shown(init, ...scenario.until);
  if (scenario.next !== undefined) {
    const [signal, ...line] = scenario.next;
    await init.signal(signal);
    await shown(init, ...line);
  }
  await init.signal(scenario.stop ?? 'SIGTERM');
  const { code } = await init.exit();
  return [...saidIn(init.lines).map((said) => said.replaceAll(rig.scratch.folder, 'DIR')), `exit ${code}`];
}

/** supervisord shows its activity log on stdout, tsupervisor on stderr. */
async function shown(init: Pid1, line: RegExp, count: number): Promise<void> {
  await waitFor(
    `${count} times ${String(line)}`,
    () => init.lines.filter((text) => line.test(text)).length >= count,
  );
}

/** Whether the line before the end of those who are waited for has been said already since the request to stop. */
function isRepeated(index: number, all: readonly string[]): boolean {
  const before = all.slice(0, index);
  const asked = before.findLastIndex((said) => said.startsWith('WARN received'));
  return before.slice(asked + 1).some((said) => said.startsWith('INFO waiting for'));
}

/** supervisord is not at ease as root, and repeats itself while it waits; we say in addition which file is to blame. */
const isIntended = (said: string, index: number, all: readonly string[]): boolean =>
  said.startsWith('CRIT Supervisor is running as root.') ||
  said.startsWith('ERRO cannot open ') ||
  (said.startsWith('WARN killing') && said === all[index - 1]) ||
  (said.startsWith('INFO waiting for') && isRepeated(index, all));

const compared = (said: readonly string[], { inAnyOrder = false }: Scenario): readonly string[] => {
  const kept = said.filter((line, index) => !isIntended(line, index, said));
  return inAnyOrder ? kept.toSorted() : kept;
};

suite('supervisord and tsupervisor say the same of', { concurrency: 9 }, () => {
  for (const scenario of scenarios) {
    test(scenario.name, async () => {
      const [theirs, ours] = await Promise.all([
        play(scenario, [supervisord, '-n']),
        play(scenario, [tsupervisor]),
      ]);

      ok(theirs.length > 4);
      deepEqual(compared(ours, scenario), compared(theirs, scenario));
    });
  }
});
