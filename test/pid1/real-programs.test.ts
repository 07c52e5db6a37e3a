import { deepEqual, equal, match } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/paths.ts';
import type { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, outputOf, program, Rig, stop } from './rig.ts';

const node = join(root, 'scripts', 'node');

/** Everything listens on unix sockets in the scratch folder: tests share the network with the machine. */
function sectionsOf(rig: Rig): readonly string[] {
  const { folder } = rig.scratch;
  return [
    program('postgres', {
      command: `postgres -D ${folder}/pg -k ${folder} -c listen_addresses= -c dynamic_shared_memory_type=mmap -c fsync=off`,
      user: 'postgres',
      stopsignal: 'INT',
      priority: 10,
    }),
    program('redis', {
      command: `redis-server --port 0 --unixsocket ${folder}/redis.sock --save "" --dir ${folder}`,
      priority: 20,
    }),
    program('app', { command: `${node} ${folder}/app.mjs ${folder}/app.sock`, startsecs: 0, priority: 30 }),
    program('nginx', {
      command: `nginx -c ${folder}/nginx.conf -p ${folder}`,
      user: 'www-data',
      stopsignal: 'QUIT',
      priority: 40,
    }),
  ];
}

/** Makes what the programs need: a database, an app, a web server's config. */
function prepare(rig: Rig): void {
  const { folder } = rig.scratch;
  execFileSync('chmod', ['777', folder]);
  mkdirSync(rig.scratch.path('pg'));
  execFileSync('chown', ['postgres', rig.scratch.path('pg')]);
  // As postgres, which may not be able to enter our working directory.
  execFileSync(
    'setpriv',
    [
      '--reuid=postgres',
      '--regid=postgres',
      '--clear-groups',
      'initdb',
      '-D',
      `${folder}/pg`,
      '-A',
      'trust',
      '--no-sync',
    ],
    { cwd: '/', stdio: 'ignore' },
  );
  rig.scratch.write(
    'app.mjs',
    `import { createServer } from 'node:http';
import { chmodSync } from 'node:fs';
const path = process.argv[2];
const server = createServer((_request, response) => response.end('hello from the app\\n'));
process.on('SIGTERM', () => server.close(() => console.log('app closed')));
server.listen(path, () => { chmodSync(path, 0o777); console.log('app listens'); });
`,
  );
  rig.scratch.write(
    'nginx.conf',
    `daemon off;
pid ${folder}/nginx.pid;
error_log /dev/stderr notice;
worker_processes 1;
events { worker_connections 64; }
http {
  access_log /dev/stdout;
  client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
  uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
  server { listen unix:${folder}/nginx.sock; location / { proxy_pass http://unix:${folder}/app.sock; } }
}
`,
  );
}

const asks = async (init: Pid1, argv: readonly string[]): Promise<string> =>
  (await init.run(argv)).stdout.trim();

test('nginx, redis, postgres and a Node server are started, answer, come back when killed, and stop in order', async () => {
  await using rig = await Rig.open();
  prepare(rig);
  const { folder } = rig.scratch;
  const overNginx = ['curl', '-s', '--unix-socket', `${folder}/nginx.sock`, 'http://localhost/'];
  const ping = ['redis-cli', '-s', `${folder}/redis.sock`, 'ping'];
  const query = ['psql', '-h', folder, '-U', 'postgres', '-Atc', 'select 6 * 7'];

  await using init = rig.supervise(sectionsOf(rig));
  await waitFor('an answer of postgres', async () => (await asks(init, query)) === '42');
  await waitFor('an answer of redis', async () => (await asks(init, ping)) === 'PONG');
  await waitFor(
    'an answer of the app through nginx',
    async () => (await asks(init, overNginx)) === 'hello from the app',
  );
  await init.stdout.line(/^nginx +\| .*"GET \/ HTTP\/1\.1" 200/);
  await init.stderr.matching(/success:/, 4);

  const redis = (await init.processes()).find(({ comm }) => comm === 'redis-server');
  await init.run(['kill', '-KILL', String(redis?.pid)]);
  await init.line(/exited: redis \(terminated by SIGKILL; not expected\)/);
  await waitFor('redis to be back', async () => (await asks(init, ping)) === 'PONG');
  const owner = (await asks(init, ['ps', '-o', 'user=', '-C', 'nginx']))
    .split('\n')
    .map((user) => user.trim());

  equal(await stop(init), 0);
  deepEqual(new Set(owner), new Set(['www-data']));
  deepEqual(
    activityOf(init).flatMap((said) => /spawned: '(\w+)'/.exec(said)?.[1] ?? []),
    ['postgres', 'redis', 'app', 'nginx', 'redis'],
  );
  deepEqual(
    activityOf(init).filter((said) => /stopped:|SIGKILL$/.test(said)),
    [
      'INFO stopped: nginx (exit status 0)',
      'INFO stopped: app (exit status 0)',
      'INFO stopped: redis (exit status 0)',
      'INFO stopped: postgres (exit status 0)',
    ],
  );
  deepEqual(outputOf(init, 'app'), ['app listens', 'app closed']);
  match(init.stderr.text, /^postgres \| .*database system is shut down/m);
});
