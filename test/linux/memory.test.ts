import { ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { trimMemory } from '../../src/linux/memory.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

function collect(): void {
  if (typeof collectGarbage !== 'function') throw new Error('cannot collect garbage: node has no gc()');
  collectGarbage();
}

const anonymousMegabytes = (): number =>
  Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

const chunkBytes = 100 * 1024;

/** Fills 100 MB in chunks below malloc's mmap threshold, and keeps every fiftieth of them. */
function burst(): readonly Buffer[] {
  const chunks = Array.from({ length: 1000 }, () => Buffer.allocUnsafeSlow(chunkBytes).fill(1));
  return chunks.filter((_chunk, index) => index % 50 === 49);
}

test('free pages between used ones are given back to the kernel', () => {
  const kept = burst();
  collect();
  const before = anonymousMegabytes();

  trimMemory();

  const after = anonymousMegabytes();
  ok(after < before - 50, `${before} MB, then ${after} MB`);
  ok(kept.every((chunk) => chunk.every((byte) => byte === 1)));
});
