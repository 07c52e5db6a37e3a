import { type WatchBytes } from '../api/control.ts';
import { type WriteWatchers } from '../output/write-watchers.ts';

/** Tells in a later turn of the event loop, once for all writes of this one: their bytes are in the file by then. */
export const watchWrites =
  (writes: Pick<WriteWatchers, 'watch'>): WatchBytes =>
  ({ changed, ended }) => {
    let isDue = false;
    const written = (): void => {
      if (isDue) return;
      isDue = true;
      setImmediate(() => {
        isDue = false;
        changed();
      });
    };
    // What takes its place is there in a later turn, too.
    return writes.watch({ written, closed: () => void setImmediate(ended) });
  };
