/** Time, as the rest of the program counts it. */

/** Milliseconds of the monotonic clock, with fractions, since the start of this process (clock_gettime(2)). */
export const monotonicMs = (): number => performance.now();
