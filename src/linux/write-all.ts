/** Writing to a standard descriptor without a stream: Node's streams make the open file non-blocking (open(2)). */
import { writeSync } from 'node:fs';

/** Short for a person, long beside what a write costs. */
const pauseMs = 5;

const nothing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Writes all of it before it returns: the process may end right after. Waits for a slow reader, and gives up quietly
 * when there is none any more (`| head`).
 *
 * @throws SystemError ENOSPC, EIO, …
 */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) {
    const count = writeSome(fd, bytes.subarray(done));
    if (count === undefined) return;
    if (count === 0) Atomics.wait(nothing, 0, 0, pauseMs);
    done += count;
  }
}

/** How many bytes it took, none when there is no room now; undefined: there is no reader. */
function writeSome(fd: number, bytes: Buffer): number | undefined {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EPIPE') return undefined;
    // Whoever shares the open file with us has made it non-blocking.
    if (code === 'EAGAIN') return 0;
    throw error;
  }
}
