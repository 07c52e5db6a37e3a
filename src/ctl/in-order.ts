/**
 * Does one thing after the other: the next begins when the one before has ended.
 *
 * The order of the words is the order of what happens, and a later name may depend on an earlier one.
 */
export async function inOrder<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>): Promise<void> {
  // eslint-disable-next-line no-await-in-loop -- that is what this function is for
  for (const item of items) await act(item);
}
