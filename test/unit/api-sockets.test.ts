import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { type OpenServer, openServer, type ServerPlace } from '../../src/api/server.ts';
import { freePort } from '../support/port.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';

const open = (place: ServerPlace): Promise<OpenServer> =>
  openServer({
    place,
    load: () => Promise.reject(new Error('nobody connects')),
    failed: () => undefined,
    left: () => undefined,
    ownSignals: ['SIGTERM'],
  });

const at = (file: string, chmod = 0o700): ServerPlace => ({ kind: 'unix', file, chmod, chown: undefined });

const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

test('a unix socket has its mode, leaves no other name, and goes away when the server is closed', async () => {
  await using scratch = new Scratch();
  const server = await open(at(scratch.path('s'), 0o770));

  equal(modeOf(scratch.path('s')), 0o770);
  deepEqual(readdirSync(scratch.folder), ['s']);
  await server.close();
  equal(existsSync(scratch.path('s')), false);
});

test('a socket that nobody listens at is taken over', async () => {
  await using scratch = new Scratch();
  const stale = createServer();
  stale.listen(scratch.path('old'));
  await once(stale, 'listening');
  // A hard link survives the server, as the socket of a daemon that was killed does.
  linkSync(scratch.path('old'), scratch.path('s'));
  stale.close();
  await once(stale, 'close');

  const server = await open(at(scratch.path('s')));

  await once(connect(scratch.path('s')), 'connect');
  await server.close();
});

test('a socket at which somebody listens is left alone', async () => {
  await using scratch = new Scratch();
  const first = await open(at(scratch.path('s')));

  await rejects(open(at(scratch.path('s'))), {
    message: `cannot listen at ${scratch.path('s')}: another server is listening there`,
  });

  deepEqual(readdirSync(scratch.folder), ['s']);
  await first.close();
});

test('a file that is no socket is left alone', async () => {
  await using scratch = new Scratch();
  writeFileSync(scratch.path('s'), 'mine');

  await rejects(open(at(scratch.path('s'))), /there is something else of that name/);

  equal(scratch.read('s'), 'mine');
  deepEqual(readdirSync(scratch.folder), ['s']);
});

test('the socket of another daemon is not removed by ours', async () => {
  await using scratch = new Scratch();
  const first = await open(at(scratch.path('s')));
  unlinkSync(scratch.path('s'));
  const second = await open(at(scratch.path('s')));

  await first.close();

  equal(existsSync(scratch.path('s')), true);
  await second.close();
});

test('a path that is too long or leads nowhere is an error that names it', async () => {
  await using scratch = new Scratch();

  await rejects(
    open(at(scratch.path('x'.repeat(120)))),
    /cannot listen at .*xxx: the path is longer than 107 bytes/,
  );
  await rejects(open(at(scratch.path('none/s'))), /cannot listen at .*none\/s: there is no folder .*none$/);
});

/** Does something as a user who may do little, also where the tests run as root. */
async function asNobody(what: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await what();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('a socket that may not be given to its owner is an error that says so, and nothing is left of it', async () => {
  await using scratch = new Scratch();
  const file = scratch.path('s');
  chmodSync(scratch.folder, 0o777);
  const place: ServerPlace = { kind: 'unix', file, chmod: 0o700, chown: { uid: 0, gid: 7 } };

  await asNobody(() =>
    rejects(open(place), {
      path: file,
      owner: { uid: 0, gid: 7 },
      message: `cannot listen at ${file}: not permitted to give it to uid 0, gid 7`,
    }),
  );

  deepEqual(readdirSync(scratch.folder), []);
});

test('a path of 107 bytes is long enough for any name', async () => {
  for (const name of ['a', 'ab', '.a', 's.sock']) {
    await using scratch = new Scratch();
    const folder = scratch.path('x'.repeat(106 - name.length - scratch.path('x').length + 1));
    mkdirSync(folder);

    const server = await open(at(`${folder}/${name}`));

    deepEqual(readdirSync(folder), [name]);
    await server.close();
  }
});

test('a TCP server listens at IPv4, IPv6, localhost and everywhere', async () => {
  for (const [host, to] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['localhost', '127.0.0.1'],
    ['', '127.0.0.1'],
  ] as const) {
    const port = await freePort();
    const server = await open({ kind: 'inet', host, port });
    await once(connect(port, to), 'connect');
    await server.close();
  }
});

test('a port in use is an error that names it', async () => {
  const port = await freePort();
  const server = await open({ kind: 'inet', host: '::1', port });

  await rejects(open({ kind: 'inet', host: '::1', port }), (error) => {
    match(
      String(error),
      new RegExp(String.raw`cannot listen at \[::1\]:${port}: another program is listening there`),
    );
    return true;
  });

  await server.close();
});

test('signals that the daemon takes itself are not taken by the clean-up', async () => {
  await using scratch = new Scratch();
  const before = process.listeners('SIGTERM').length;
  const server = await open(at(scratch.path('s')));
  await waitFor('the clean-up', () => process.listeners('SIGABRT').length > 0);

  equal(process.listeners('SIGTERM').length, before);

  await server.close();
});

/** Ends the process that has the server, in the given way; resolves when it is over. */
async function endIn(file: string, way: string): Promise<void> {
  const module = new URL('../../src/api/server.ts', import.meta.url).href;
  const program = `
    import { openServer } from '${module}';
    const place = { kind: 'unix', file: '${file}', chmod: 0o700, chown: undefined };
    await openServer({ place, load: () => undefined, failed: () => undefined, left: () => undefined, ownSignals: ['SIGTERM'] });
    while (process.listeners('SIGABRT').length === 0) await new Promise(setImmediate);
    ${way}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'ignore' });
  await once(child, 'exit');
}

test('the socket goes away on every way out', async () => {
  for (const way of [
    'process.exit(3);',
    'throw new Error("the test wants it");',
    "process.emit('exit', 0); process.kill(process.pid, 'SIGKILL');",
    "process.kill(process.pid, 'SIGABRT');",
  ]) {
    await using scratch = new Scratch();
    await endIn(scratch.path('s'), way);
    equal(existsSync(scratch.path('s')), false, way);
  }
});
