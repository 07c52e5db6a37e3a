import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { HOLDER, PROGRAMS, Server, sleeper, SUPERVISORD, TSUPERVISOR } from './clients-rig.ts';
import { same } from './clients-same.ts';
import { each, supervisorctl, tsupervisorctl } from './clients-transcript.ts';

const CHANGED = `
${sleeper('kept')}${sleeper('changed', 'stopsignal=INT\n')}${sleeper('fresh', 'priority=1\n')}
${sleeper('idle', 'autostart=false\n')}
[group:both]
programs=one,two
${sleeper('one')}${sleeper('two')}`;

const FIRST = `${sleeper('kept')}${sleeper('changed')}${sleeper('gone')}
[group:both]
programs=one
${sleeper('one')}${sleeper('two')}`;

const configure = (programs: string) => (server: Server) => server.configure(programs);

same('changing the config', {
  programs: FIRST,
  steps: [
    ...each('reread | reread x | update | update nope | update all | add | add kept | add nope | remove'),
    ...each('remove kept | remove nope | stop gone | remove gone | remove gone | status | reread | add gone'),
    (server) => server.settled(),
    'status',
    configure(CHANGED),
    ...each('reread | avail | reread | status | add fresh | add fresh idle nope | status idle'),
    ...each('update nope changed | reread | update both gone | update'),
    (server) => server.settled(),
    ...each('status | reread | update | avail'),
    configure(CHANGED.replace('autostart=false', 'autostart=maybe')),
    ...each('reread | update | status kept'),
    configure(FIRST),
    ...each('update all'),
    (server) => server.settled(),
    ...each('status | reread'),
    configure(''),
    ...each('update | status | status x | reread | avail | start all | stop all | pid all | clear all'),
  ],
});

same('a shutdown that takes time', {
  programs: HOLDER,
  steps: [
    ...each('shutdown x | reload x | shutdown | shutdown | reload | status | start holder | stop all'),
    ...each('avail | reread | update | add holder | remove holder | pid | version | tail holder'),
    ...each('clear all | signal HUP holder | restart holder | maintail -5 | fg holder | pid holder'),
  ],
});

same('a restart and an end', {
  programs: sleeper('sleeper'),
  steps: [
    'reload',
    (server: Server) => server.settled(),
    'status',
    'shutdown',
    async (server: Server) => (await server.init.exit()).code,
    ...each('shutdown | status | start x | stop x | tail -f x | pid | version | avail | reread | update'),
    ...each('add x | remove x | reload | maintail | fg x | clear x | signal HUP x | restart x | help stop'),
    ...each('-s http://127.0.0.1:PORT status | -s http://127.0.0.1:PORT pid'),
  ],
});

same('a password', {
  programs: sleeper('sleeper'),
  steps: [
    ...each('status | pid | version | avail | start x | tail -f x').flatMap((command) => [
      `-s http://127.0.0.1:PORT ${command}`,
      `-s http://127.0.0.1:PORT -u user -p wrong ${command}`,
      `-s http://127.0.0.1:PORT -u user -p pass:word ${command}`,
      `-s http://localhost:PORT/RPC2 -u user -p pass:word ${command}`,
    ]),
    '-s http://127.0.0.1:PORT -u user -p pass:word open unix://DIR/s.sock',
    '-s unix://DIR/s.sock -u user -p pass:word status',
  ],
});

/** Which of the processes kept their pids while a command ran. */
async function keptDuring(server: Server, ...words: readonly string[]): Promise<readonly string[]> {
  const before = await server.pids();
  await supervisorctl(server, ['-c', server.config, ...words]);
  await server.settled();
  const after = await server.pids();
  return [...before].filter(([name, pid]) => after.get(name) === pid).map(([name]) => name);
}

for (const kind of [SUPERVISORD, TSUPERVISOR])
  test(`update under ${kind.name} restarts only what has changed`, async () => {
    await using server = await Server.start(kind, FIRST);
    server.configure(CHANGED);

    deepEqual(await keptDuring(server, 'reread'), ['both:one', 'changed', 'gone', 'kept', 'two']);
    deepEqual(await keptDuring(server, 'update'), ['kept']);

    deepEqual([...(await server.pids()).keys()], ['both:one', 'both:two', 'changed', 'fresh', 'kept']);
    deepEqual(await keptDuring(server, 'update'), [...(await server.pids()).keys()]);
  });

for (const client of [supervisorctl, tsupervisorctl])
  test(`maintail by ${client === supervisorctl ? 'supervisorctl' : 'tsupervisor'} is the end of our activity log`, async () => {
    await using server = await Server.start(TSUPERVISOR, PROGRAMS);
    const ask = async (...words: readonly string[]) =>
      (await client(server, ['-c', server.config, ...words])).stdout;
    const log = server.scratch.read('supervisord.log');

    match(log, /^[-\d]{10} [:,\d]{12} INFO spawned: 'cat' with pid \d+$/m);
    equal(await ask('maintail', '-30'), `${log.slice(-30)}\n`);
    equal(await ask('maintail'), `${log.slice(-1600)}\n`);
  });
