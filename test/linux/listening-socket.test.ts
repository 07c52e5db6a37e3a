import { test } from 'node:test';
import { equal, throws } from 'node:assert/strict';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { closeFd } from '../../src/linux/descriptors.ts';
import { listenTcp, listenUnix } from '../../src/linux/listening-socket.ts';
import { freePort } from '../support/port.ts';
import { Scratch } from '../support/scratch.ts';

const unlimited = { owner: undefined, backlog: undefined };

test('a unix socket takes connections, with the mode that was asked for, in the place of what was there', async () => {
  await using scratch = new Scratch();
  const path = scratch.path('f.sock');
  writeFileSync(path, 'stale');
  const fd = listenUnix({ path, mode: 0o660, ...unlimited });

  const client = connect(path);
  await once(client, 'connect');

  equal(statSync(path).mode & 0o777, 0o660);
  client.destroy();
  closeFd(fd);
});

test(
  'a unix socket belongs to its owner',
  { skip: process.getuid?.() !== 0 && 'only root can give files away' },
  async () => {
    await using scratch = new Scratch();
    const path = scratch.path('f.sock');
    const fd = listenUnix({ path, mode: 0o700, owner: { uid: 65_534, gid: 65_534 }, backlog: 5 });

    equal(statSync(path).uid, 65_534);
    closeFd(fd);
  },
);

test('a directory that is missing is ENOENT, a path that is too long ENAMETOOLONG', () => {
  throws(() => listenUnix({ path: '/nonexistent/f.sock', mode: 0o700, ...unlimited }), { code: 'ENOENT' });
  throws(() => listenUnix({ path: `/tmp/${'x'.repeat(120)}`, mode: 0o700, ...unlimited }), {
    code: 'ENAMETOOLONG',
  });
});

for (const host of ['127.0.0.1', '::1']) {
  test(`a TCP socket on ${host} takes connections, and its port is taken`, async () => {
    const port = await freePort();
    const fd = listenTcp({ host, port, backlog: undefined });

    const client = connect(port, host);
    await once(client, 'connect');

    throws(() => listenTcp({ host, port, backlog: undefined }), { code: 'EADDRINUSE' });
    client.destroy();
    if (fd !== undefined) closeFd(fd);
  });
}

test('a host that is a name is not an address', () => {
  equal(listenTcp({ host: 'localhost', port: 1, backlog: undefined }), undefined);
});
