import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from './port.ts';

const asked = `
const { freePort } = await import(process.argv[1]);
console.log(JSON.stringify([await freePort(), await freePort(), await freePort()]));
`;

/** What another process is given, from the first port on. */
async function portsOfAnother(): Promise<readonly number[]> {
  const argv = ['--input-type=module', '-e', asked, join(import.meta.dirname, 'port.ts')];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  return JSON.parse(stdout);
}

test('no port is given out twice, neither here nor to another process', async () => {
  const ours = [await freePort(), await freePort(), await freePort()];

  const theirs = await portsOfAnother();

  equal(new Set([...ours, ...theirs]).size, 6);
});

test('a port that somebody else listens at is not given out', async () => {
  const port = await freePort();
  // The next one, unless somebody has it already: then it is not given out either.
  const other = createServer()
    .listen(port + 1, '127.0.0.1')
    .unref();
  await once(other, 'listening').catch(() => undefined);

  notEqual(await freePort(), port + 1);

  other.close();
});

test('a port is free for whoever is told of it', async () => {
  const server = createServer().listen(await freePort(), '127.0.0.1');

  deepEqual(await once(server, 'listening'), []);

  server.close();
});
