/**
 * Node's streams, for the client. Each makes its open file non-blocking, which others have, too: the shell that called
 * us, and what it calls next (open(2)). Node undoes that when it exits; our end is sooner.
 */
import { constants, readFileSync } from 'node:fs';
import { type Writable } from 'node:stream';
import { type CtlIo } from '../ctl/client.ts';
import { ownEnvironment } from '../linux/own-bytes.ts';

const standard = [0, 1, 2];

/** Those that are non-blocking already, and stay so. Node makes streams that nobody has asked for, too. */
const nonBlocking = new Set(standard.filter(isNonBlocking));

const asked = new Set<Writable>();

/** The streams are made when they are asked for, which most runs of the client do not ask of all of them. */
export const clientIo: CtlIo = {
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return keep(process.stdout);
  },
  get stderr() {
    return keep(process.stderr);
  },
  env: Object.fromEntries(ownEnvironment()),
  progname: process.argv0,
};

function keep<Stream extends Writable>(stream: Stream): Stream {
  asked.add(stream);
  return stream;
}

/** From the flags of an open file (proc_pid_fdinfo(5)), sooner to be had than libc. Without /proc it is blocking. */
function isNonBlocking(fd: number): boolean {
  try {
    const [, octal = '0'] = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return (Number.parseInt(octal, 8) & constants.O_NONBLOCK) !== 0;
  } catch {
    return false;
  }
}

/** Waits until everything is written, and leaves the open files as they were found. */
export async function closeClientIo(): Promise<void> {
  await Promise.all(Array.from(asked, written));
  const { makeBlocking } = await import('../linux/descriptors.ts');
  for (const fd of standard) if (!nonBlocking.has(fd)) makeBlocking(fd);
}

// A reader that has gone ends what is written to it, and nothing else.
const ignore = (): void => undefined;

/** Resolves also when the reader has gone. */
const written = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    stream.on('error', ignore);
    stream.write('', () => resolve());
  });
