import { once } from 'node:events';
import { createServer, type ListenOptions } from 'node:net';

// Below the ports that the kernel gives to clients and to those who listen at port 0 (ip(7), ip_local_port_range).
const firstPort = 20_000;
const lastPort = 32_767;

let next = firstPort;

/**
 * A TCP port that nobody has: to be used later, by whoever is told of it. It is reserved for the life of this process:
 * no other test that asks here, in any process, gets it meanwhile.
 *
 * @throws Error when all of them are taken
 */
export async function freePort(): Promise<number> {
  while (next <= lastPort) {
    const port = next++;
    if ((await isReserved(port)) && (await isUnused(port))) return port;
  }
  throw new Error(`cannot find a free port: all from ${firstPort} to ${lastPort} are taken`);
}

/** Takes a name that the kernel gives back at the end of this process, however it ends (unix(7), abstract). */
async function isReserved(port: number): Promise<boolean> {
  const server = await listening({ path: `\0tsupervisor-test-port-${port}` });
  server?.unref();
  return server !== undefined;
}

/** Whether somebody who has not asked here is listening, at this address or at all of them. */
async function isUnused(port: number): Promise<boolean> {
  const server = await listening({ port, host: '127.0.0.1' });
  if (server === undefined) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/** @returns undefined when somebody is listening there */
async function listening(place: ListenOptions): Promise<ReturnType<typeof createServer> | undefined> {
  const server = createServer().listen(place);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
