import { setTimeout as sleep } from 'node:timers/promises';

// Only a failing test waits this long. A limit here, below the runner's, makes it fail with the name of what is missing.
const patienceMs = 60_000;
const pauseMs = 5;

/**
 * Waits until a fact is there: looks again and again until `look` returns something else than undefined or false.
 * For what nobody announces (a file, a state in /proc); where there is an announcement, wait for that.
 *
 * @param fact - what is waited for, as it should be named when it never comes
 * @throws Error when the fact does not come within 60 seconds
 */
export async function waitFor<T>(
  fact: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > untilMs) throw new Error(`cannot see ${fact}: waited ${patienceMs / 1000} s`);
    await sleep(pauseMs);
  }
}

/**
 * Waits for a promise, but not for ever.
 *
 * @param describe - what is waited for, asked when it did not come
 * @throws Error when the promise does not settle within 60 seconds
 */
export async function inTime<T>(promise: Promise<T>, describe: () => string): Promise<T> {
  const gaveUp = new AbortController();
  const limit = sleep(patienceMs, undefined, { signal: gaveUp.signal }).then(() => {
    throw new Error(`cannot see ${describe()}: waited ${patienceMs / 1000} s`);
  });
  // Aborted when the promise wins; that rejection concerns nobody.
  limit.catch(() => undefined);
  try {
    return await Promise.race([promise, limit]);
  } finally {
    gaveUp.abort();
  }
}
