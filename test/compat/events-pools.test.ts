/** How listener pools behave: as Debian's Supervisor's do, except where that one loses or repeats notifications. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { suite, test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { type DaemonName, EventStage, numbers, show, type Told } from './events-rig.ts';

const both = ['supervisord', 'tsupervisor'] as const satisfies readonly DaemonName[];

const atLeast =
  (count: number) =>
  (told: readonly Told[]): boolean =>
    told.length >= count;

/** The same configuration under both: what this sees of each must be what is expected. */
async function compare<T>(
  config: string,
  see: (stage: EventStage) => Promise<T>,
  expected: T,
): Promise<void> {
  const seen = await Promise.all(
    both.map(async (daemon) => {
      await using stage = new EventStage(daemon, config);
      return [daemon, await see(stage)];
    }),
  );

  deepEqual(
    seen,
    both.map((daemon) => [daemon, expected]),
  );
}

const listener = (name: string, options: string, manner = 'ok'): string => `
[eventlistener:${name}]
command=LISTENER ${name} ${manner}
stderr_logfile=DIR/${name}.err
${options}
`;

const idle = (name: string, options = ''): string => `
[program:${name}]
command=/bin/sleep 1000
${options}
`;

/** All that is told of beginnings and ends. With EVENT a tick would come among them, now and then. */
const lifeOnly = 'events=PROCESS_STATE,PROCESS_GROUP,SUPERVISOR_STATE_CHANGE\nbuffer_size=100';

/** What a program has written, in a PROCESS_LOG. */
const textOf = ({ payload }: Told): string => payload.slice(payload.indexOf('\n') + 1);

const bytesOf = (one: Told): number => Buffer.byteLength(textOf(one));

const shown = (one: Told): string => `${numbers(one)} ${show(one)}`;

/** Listeners that no supervisor can wish for, each beside one that does its work. */
const rogues: Readonly<Record<string, string>> = {
  'answers without reading': `yes "$(printf "READY\\nRESULT 2\\nOK")" | head -c 100000; exec sleep 1000`,
  'never reads': 'echo READY; exec sleep 1000',
  'floods its output': 'exec yes',
  'closes its input': 'exec 0<&-; echo READY; exec sleep 1000',
  'announces an enormous result': 'echo READY; read line; echo RESULT 999999999; exec cat /dev/zero',
  'announces a negative result': 'echo READY; read line; echo RESULT -5; exec sleep 1000',
};

// They mostly wait for the second that a listener must have been up.
suite('listener pools', { concurrency: 4 }, () => {
  test('what happens at the start is told in the same order, with the same numbers', async () => {
    await compare(
      listener('ev', lifeOnly) + idle('b') + idle('a', 'priority=5') + idle('early', 'priority=-9'),
      async (stage) => {
        const told = await stage.whenTold('ev', atLeast(8));
        return told.slice(0, 8).map((one) => `${numbers(one)} ${show(one)}`);
      },
      [
        '0 ev 0 PROCESS_GROUP_ADDED groupname:ev\n',
        '1 ev 1 PROCESS_GROUP_ADDED groupname:a\n',
        '2 ev 2 PROCESS_GROUP_ADDED groupname:b\n',
        '3 ev 3 SUPERVISOR_STATE_CHANGE_RUNNING ',
        '4 ev 4 PROCESS_STATE_STARTING processname:early groupname:early from_state:STOPPED tries:0',
        '5 ev 5 PROCESS_STATE_STARTING processname:ev groupname:ev from_state:STOPPED tries:0',
        '6 ev 6 PROCESS_STATE_STARTING processname:a groupname:a from_state:STOPPED tries:0',
        '7 ev 7 PROCESS_STATE_STARTING processname:b groupname:b from_state:STOPPED tries:0',
      ],
    );
  });

  test('a pool hears of what it has asked for only, and pools share the serial numbers', async () => {
    await compare(
      listener('one', 'events=PROCESS_GROUP_ADDED,PROCESS_STATE_RUNNING\npriority=-2') +
        listener('two', 'events=supervisor_state_change,PROCESS_GROUP') +
        idle('a'),
      async (stage) => {
        const one = await stage.whenTold('one', atLeast(6));
        const two = await stage.whenTold('two', atLeast(3));
        return { one: one.slice(0, 3).map(shown), two: two.slice(0, 3).map(shown) };
      },
      {
        one: [
          '0 one 0 PROCESS_GROUP_ADDED groupname:one\n',
          '1 one 1 PROCESS_GROUP_ADDED groupname:two\n',
          '2 one 2 PROCESS_GROUP_ADDED groupname:a\n',
        ],
        two: [
          '1 two 0 PROCESS_GROUP_ADDED groupname:two\n',
          '2 two 1 PROCESS_GROUP_ADDED groupname:a\n',
          '3 two 2 SUPERVISOR_STATE_CHANGE_RUNNING ',
        ],
      },
    );
  });

  test('the header has the same words in the same order', async () => {
    const config = listener('ev', 'events=PROCESS_GROUP') + idle('a');
    const seen = await Promise.all(
      both.map(async (daemon) => {
        await using stage = new EventStage(daemon, config, 'identifier=box');
        return (await stage.whenTold('ev', atLeast(2)))[1]?.headers;
      }),
    );

    const expected = {
      ver: '3.0',
      server: 'box',
      serial: '1',
      pool: 'ev',
      poolserial: '1',
      eventname: 'PROCESS_GROUP_ADDED',
      len: '12',
    };
    deepEqual(
      seen.map((headers) => JSON.stringify(headers)),
      [JSON.stringify(expected), JSON.stringify(expected)],
    );
  });

  test('a full buffer keeps the newest, and the log says which was discarded first', async () => {
    await compare(
      listener('ev', 'events=PROCESS_GROUP\nbuffer_size=2') +
        ['a', 'b', 'c', 'd'].map((name) => idle(name)).join(''),
      async (stage) => {
        const told = await stage.whenTold('ev', atLeast(2));
        return { told: told.map(shown), first: stage.activity.find((line) => line.startsWith('ERRO')) };
      },
      {
        told: ['3 ev 3 PROCESS_GROUP_ADDED groupname:c\n', '4 ev 4 PROCESS_GROUP_ADDED groupname:d\n'],
        first: 'ERRO pool ev event buffer overflowed, discarding event 0',
      },
    );
  });

  test('what is rejected comes again, with the same numbers, before the next', async () => {
    await compare(
      listener('ev', 'events=PROCESS_GROUP', 'reject') + idle('a'),
      async (stage) => (await stage.whenTold('ev', atLeast(3))).map(shown),
      [
        '0 ev 0 PROCESS_GROUP_ADDED groupname:ev\n',
        '0 ev 0 PROCESS_GROUP_ADDED groupname:ev\n',
        '1 ev 1 PROCESS_GROUP_ADDED groupname:a\n',
      ],
    );
  });

  test('what a listener has died of comes again when it is back', async () => {
    await compare(
      listener('ev', 'events=PROCESS_GROUP', 'die') + idle('a'),
      async (stage) => (await stage.whenTold('ev', atLeast(3))).map(shown),
      [
        '0 ev 0 PROCESS_GROUP_ADDED groupname:ev\n',
        '0 ev 0 PROCESS_GROUP_ADDED groupname:ev\n',
        '1 ev 1 PROCESS_GROUP_ADDED groupname:a\n',
      ],
    );
  });

  test('two listeners of a pool share the work', async () => {
    await compare(
      listener('ev', 'events=PROCESS_GROUP\nnumprocs=2\nprocess_name=%(program_name)s%(process_num)d') +
        ['a', 'b', 'c', 'd', 'e'].map((name) => idle(name)).join(''),
      async (stage) => (await stage.whenTold('ev', atLeast(6))).map(shown).toSorted(),
      ['ev', 'a', 'b', 'c', 'd', 'e'].map(
        (name, at) => `${at} ev ${at} PROCESS_GROUP_ADDED groupname:${name}\n`,
      ),
    );
  });

  test('a tick is told when the clock enters another period', async () => {
    await compare(
      listener('ev', 'events=TICK_5'),
      async (stage) => {
        const startedSec = Date.now() / 1000;
        const [first] = await stage.whenTold('ev', atLeast(1));
        const when = Number(/^when:(\d+)$/.exec(first?.payload ?? '')?.[1]);
        return [when % 5, when > startedSec - 5 && when <= Date.now() / 1000];
      },
      [0, true],
    );
  });

  test('the activity log tells of deliveries in the same words and order', async () => {
    await compare(
      listener('ev', 'events=PROCESS_GROUP', 'reject') + idle('a'),
      async (stage) => {
        await waitFor(
          'the last answer',
          () => stage.activity.filter((line) => line.includes('was processed')).length === 2,
        );
        const lines = await waitFor('READY after it', () => {
          const seen = stage.activity.filter((line) =>
            /(^DEBG|^WARN) (ev:|event|rebuffering|'ev')|^b'/.test(line),
          );
          return seen.at(-1)?.endsWith('-> READY') === true && seen;
        });
        // Supervisor takes the next one out and puts it back, and says so, when nobody can have it.
        const putBack = 'DEBG rebuffering event 1 for pool ev (buf size=0, max=10)';
        // Whether an answer and READY come in one read or in two is chance.
        return lines.filter(
          (line) => !line.includes('output:') && !line.startsWith("b'") && line !== putBack,
        );
      },
      [
        'DEBG ev: ACKNOWLEDGED -> READY',
        'DEBG event 0 sent to listener ev',
        'WARN ev: event was rejected',
        'DEBG ev: BUSY -> ACKNOWLEDGED',
        'DEBG rebuffering event 0 for pool ev (buf size=1, max=10)',
        'DEBG ev: ACKNOWLEDGED -> READY',
        'DEBG event 0 sent to listener ev',
        'DEBG ev: event was processed',
        'DEBG ev: BUSY -> ACKNOWLEDGED',
        'DEBG ev: ACKNOWLEDGED -> READY',
        'DEBG event 1 sent to listener ev',
        'DEBG ev: event was processed',
        'DEBG ev: BUSY -> ACKNOWLEDGED',
        'DEBG ev: ACKNOWLEDGED -> READY',
      ],
    );
  });

  test(
    'a reload begins the numbers of a pool anew, and goes on with the others',
    { timeout: 60_000 },
    async () => {
      await compare(
        listener('ev', 'events=PROCESS_GROUP') + idle('a'),
        async (stage) => {
          await stage.whenTold('ev', atLeast(2));
          await stage.init.signal('SIGHUP');
          return (await stage.whenTold('ev', atLeast(4))).map(shown);
        },
        [
          '0 ev 0 PROCESS_GROUP_ADDED groupname:ev\n',
          '1 ev 1 PROCESS_GROUP_ADDED groupname:a\n',
          '2 ev 0 PROCESS_GROUP_ADDED groupname:ev\n',
          '3 ev 1 PROCESS_GROUP_ADDED groupname:a\n',
        ],
      );
    },
  );

  test('a flood comes in pieces of at most 64 KB, none of which cuts a character', async () => {
    const flood = `
[program:flood]
command=/bin/sh -c 'yes "aü" | head -c 3000000; exec sleep 1000'
stdout_events_enabled=true
stdout_logfile=NONE
stderr_logfile=NONE
`;
    await using stage = new EventStage(
      'tsupervisor',
      listener('ev', 'events=PROCESS_LOG_STDOUT\nbuffer_size=1000') + flood,
    );
    const told = await stage.whenTold(
      'ev',
      (soFar) => soFar.reduce((sum, one) => sum + bytesOf(one), 0) >= 3_000_000,
    );

    equal(told.map(textOf).join(''), 'aü\n'.repeat(750_000));
    ok(told.every((one) => bytesOf(one) <= 64 * 1024));
  });

  test('overlapping subscriptions bring a notification once, not once for each', async () => {
    const config = listener('ev', 'events=PROCESS_GROUP,PROCESS_GROUP_ADDED') + idle('a');
    const serials = await Promise.all(
      both.map(async (daemon) => {
        await using stage = new EventStage(daemon, config);
        const told = await stage.whenTold('ev', (all) => all.some(({ payload }) => payload.includes(':a')));
        return told.map(({ headers }) => headers['serial']);
      }),
    );

    deepEqual(
      serials.map((all) => all.slice(0, 2)),
      [
        ['0', '0'],
        ['0', '1'],
      ],
    );
  });

  test('a listener hears of the end of everything before its own', async () => {
    await using stage = new EventStage('tsupervisor', listener('ev', lifeOnly) + idle('a'));
    await stage.whenTold(
      'ev',
      (told) => told.filter((one) => show(one).includes('STATE_RUNNING')).length === 2,
    );

    await stage.init.signal('SIGTERM');
    await stage.init.exit();

    const told = stage.told('ev').map(show);
    deepEqual(told.slice(told.indexOf('SUPERVISOR_STATE_CHANGE_STOPPING ')), [
      'SUPERVISOR_STATE_CHANGE_STOPPING ',
      'PROCESS_STATE_STOPPING processname:a groupname:a from_state:RUNNING pid:N',
      'PROCESS_STATE_STOPPED processname:a groupname:a from_state:STOPPING pid:N',
    ]);
  });

  test(
    'a listener that breaks the protocol is restarted and hears of everything then',
    { timeout: 60_000 },
    async () => {
      const config = `
[eventlistener:ev]
command=/bin/sh -c 'test -e DIR/mark && exec LISTENER ev ok; touch DIR/mark; echo hello; exec sleep 1000'
events=PROCESS_GROUP
stderr_logfile=DIR/ev.err
${idle('a')}`;
      await using stage = new EventStage('tsupervisor', config);

      const told = await stage.whenTold('ev', atLeast(2));

      deepEqual(told.map(show), ['PROCESS_GROUP_ADDED groupname:ev\n', 'PROCESS_GROUP_ADDED groupname:a\n']);
      const warnings = stage.activity.filter((line) => line.startsWith('WARN ev:'));
      match(
        warnings[0] ?? '',
        /has entered the UNKNOWN state and will no longer receive events, this usually/,
      );
      equal(warnings[1], 'WARN ev: will be restarted in 1 s, so that it receives events again');
    },
  );

  for (const [manner, script] of Object.entries(rogues))
    test(`a listener that ${manner} harms nobody`, { timeout: 60_000 }, async () => {
      const config = `
[eventlistener:rogue]
command=/bin/sh -c '${script.replaceAll('%', '%%')}'
events=PROCESS_LOG
stderr_logfile=NONE
startsecs=0
[program:loud]
command=/bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do head -c 50000 /dev/zero; sleep 0.2; done; echo; echo last; exec sleep 1000'
stdout_events_enabled=true
stdout_logfile=NONE
${listener('good', 'events=PROCESS_LOG\nbuffer_size=1000')}`;
      await using stage = new EventStage('tsupervisor', config);

      const told = await stage.whenTold('good', (all) => all.at(-1)?.payload.endsWith('last\n') === true);
      await stage.init.signal('SIGTERM');
      const { code } = await stage.init.exit();

      const bytes = told.reduce((sum, { payload }) => sum + payload.length - payload.indexOf('\n') - 1, 0);
      deepEqual([bytes, code], [500_000 + '\nlast\n'.length, 0]);
    });
});
