/**
 * Takes something away on every way out of the process that JavaScript can see.
 *
 * signal-exit listens for the signals that would end a process and, when nobody else does (process.listeners()), ends it.
 * The daemon takes its signals from below process.on(), where signal-exit cannot see that somebody does: so it must not
 * listen for those.
 */

/**
 * Calls `remove` when the process ends. `ownSignals`: the names of those that do not end it.
 *
 * @returns what takes that back
 */
export async function removeAtExit(remove: () => void, ownSignals: readonly string[]): Promise<() => void> {
  const before = new Map(ownSignals.map((signal) => [signal, new Set(process.listeners(signal))]));
  const { onExit } = await import('signal-exit');
  const forget = onExit(remove);
  for (const [signal, listeners] of before)
    for (const listener of process.listeners(signal))
      if (!listeners.has(listener)) process.off(signal, listener);
  return forget;
}
