import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { peerCredentials } from '../../src/linux/peer-credentials.ts';
import { Scratch } from '../support/scratch.ts';

/** The descriptor of a socket, which Node shows only on the handle behind it. */
const descriptorOf = (socket: Socket): number => {
  const handle: unknown = Reflect.get(socket, '_handle');
  return handle !== null && typeof handle === 'object' ? Number(Reflect.get(handle, 'fd')) : -1;
};

test('the kernel tells who connected to a unix socket', async () => {
  await using scratch = new Scratch();
  const server = createServer().listen(scratch.path('s'));
  await once(server, 'listening');
  const client = connect(scratch.path('s'));
  const [accepted]: readonly Socket[] = await once(server, 'connection');

  deepEqual(peerCredentials(descriptorOf(accepted!)), { pid: process.pid, uid: process.getuid?.() });

  client.destroy();
  server.close();
});

test('what is no unix socket has no credentials', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = connect(address !== null && typeof address === 'object' ? address.port : 0, '127.0.0.1');
  const [accepted]: readonly Socket[] = await once(server, 'connection');

  equal(peerCredentials(descriptorOf(accepted!)), undefined);
  equal(peerCredentials(9999), undefined);

  client.destroy();
  server.close();
});
