import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a reader stops reading: after each `everyBytes`, for the next of `stallsMs`, over and over. */
export interface Stalls {
  readonly everyBytes: number;
  readonly stallsMs: readonly number[];
}

/**
 * Makes a FIFO and reads it to its end. The end comes when its writers have gone.
 *
 * @param take - is given each piece; the bytes are valid during the call only
 */
export async function readPipe(path: string, take: (chunk: Buffer) => void, stalls: Stalls): Promise<void> {
  execFileSync('mkfifo', ['-m', '666', path]);
  await using pipe = await open(path, 'r');
  const space = Buffer.alloc(256 * 1024);
  let total = 0;
  let stalled = 0;
  for (;;) {
    const { bytesRead } = await pipe.read(space, 0, space.length);
    if (bytesRead === 0) return;
    take(space.subarray(0, bytesRead));
    total += bytesRead;
    if (total < (stalled + 1) * stalls.everyBytes) continue;
    await sleep(stalls.stallsMs[stalled % stalls.stallsMs.length]);
    stalled++;
  }
}
