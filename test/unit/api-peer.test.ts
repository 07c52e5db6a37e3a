import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { peerNamer } from '../../src/api/peer.ts';
import { createService } from '../../src/api/service.ts';

const ignore = (): void => undefined;

test('a client that goes away before its answer is named by its address all the same', async () => {
  const { promise: traced, resolve: trace } = Promise.withResolvers<string>();
  const { promise: taken, resolve: take } = Promise.withResolvers<undefined>();
  const service = createService({
    credentials: undefined,
    routes: [{ prefix: '/', take: () => take(undefined) }],
    log: { info: ignore, error: ignore, critical: ignore, trace, isEnabled: () => true },
    peerOf: peerNamer(() => undefined),
    serverName: 'tsupervisor',
  });
  await using server = createServer({ pauseOnConnect: true }, (socket) => service.accept(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const client = connect(address !== null && typeof address === 'object' ? address.port : 0, '127.0.0.1');
  client.write('GET /x HTTP/1.1\r\n\r\n');
  await taken;
  const from = `127.0.0.1:${client.localPort}`;

  client.destroy();

  equal(await traced, `${from} "GET /x" 200`);
});
