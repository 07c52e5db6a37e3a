/**
 * Standard streams that leave the open files as they are. Node makes its own at the end of any socket (net.js compares
 * each with process.stderr), and with them the open files non-blocking: a main command, which has the same ones, would
 * then fail in the middle of a long text (EAGAIN), and so would what runs after us.
 */
import { type Writable } from 'node:stream';
import { writeAll } from '../linux/write-all.ts';

/** To be called before the first socket. What is left to write there are Node's own warnings. */
export function usePlainStreams(): void {
  replace('stdout', 1);
  replace('stderr', 2);
}

/** Made when it is asked for: node:stream takes its time to load. */
function replace(name: 'stdout' | 'stderr', fd: number): void {
  let stream: Writable | undefined;
  const get = (): Writable => (stream ??= plainStream(fd));
  Object.defineProperty(process, name, { get, configurable: true, enumerable: true });
}

function plainStream(fd: number): Writable {
  const { Writable: Stream } = process.getBuiltinModule('node:stream');
  return new Stream({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      writeAll(fd, String(chunk));
      done();
    },
  });
}
