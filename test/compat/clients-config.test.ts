import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { Server, sleeper, SUPERVISORD, TSUPERVISOR } from './clients-rig.ts';
import { same } from './clients-same.ts';
import { each, supervisorctl } from './clients-transcript.ts';

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
