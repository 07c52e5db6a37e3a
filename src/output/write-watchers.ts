/** Is told of what is written somewhere. */
export interface WriteWatcher {
  /** Something is being written; it can be read in a later turn of the event loop. */
  readonly written: () => void;
  /** Whoever wrote is there no longer: what comes next comes elsewhere. */
  readonly closed: () => void;
}

/** Those who watch one place. */
export class WriteWatchers {
  readonly #watchers = new Set<WriteWatcher>();

  /** Calls back until it is disposed of. */
  watch(watcher: WriteWatcher): Disposable {
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }

  /** Tells of a write. */
  written(): void {
    for (const watcher of this.#watchers) watcher.written();
  }

  /** Tells of the end. */
  closed(): void {
    for (const watcher of this.#watchers) watcher.closed();
  }
}
