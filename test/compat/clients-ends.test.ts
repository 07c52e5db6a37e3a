import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { HOLDER, PROGRAMS, Server, sleeper, TSUPERVISOR } from './clients-rig.ts';
import { same } from './clients-same.ts';
import { each, supervisorctl, tsupervisorctl } from './clients-transcript.ts';

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
