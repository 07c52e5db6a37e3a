/** One log, passed on to one client as it grows. Source: Supervisor's http.py, tail_f_producer. */
import { statSync, watch } from 'node:fs';
import { type ServerResponse } from 'node:http';
import { basename, dirname } from 'node:path';
import { type BytesWatcher, type LogPlace, type WatchBytes } from './control.ts';
import { FileGrowth, type Growth, memoryGrowth } from './growth.ts';

/** A log that can be read. */
export type ReadablePlace = Exclude<LogPlace, { kind: 'none' }>;

/** The place, if there is something to read. */
export const readable = (place: LogPlace | undefined): ReadablePlace | undefined =>
  place?.kind === 'memory' || (place?.kind === 'file' && isFile(place.path)) ? place : undefined;

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** An update removes a process and adds it again in two requests: so often, and so far apart, we look for it. */
const maxLooks = 50;
const lookMs = 100;

/** The folder, not the file: a rotation puts another file in its place. */
function watchFile(path: string, changed: () => void): Disposable {
  const name = basename(path);
  const watcher = watch(dirname(path), (_event, file) => {
    if (file === name) changed();
  });
  // The folder is gone, and the log with it.
  watcher.on('error', () => watcher.close());
  return { [Symbol.dispose]: () => watcher.close() };
}

/** What we write into the file, and what others do with it. */
const watchBoth =
  ({ watch: own, path }: Extract<LogPlace, { kind: 'file' }>): WatchBytes =>
  (watcher) => {
    const watches = new DisposableStack();
    if (own !== undefined) watches.use(own(watcher));
    try {
      watches.use(watchFile(path, watcher.changed));
    } catch {
      // The kernel has no watch left (inotify(7), max_user_watches): what we write is seen all the same.
    }
    return watches;
  };

const watchOf = (place: ReadablePlace): WatchBytes =>
  place.kind === 'memory' ? place.watch : watchBoth(place);

/** `isNext`: it continues another place, and is wanted from its beginning. */
const growthOf = (place: ReadablePlace, isNext: boolean): Growth =>
  place.kind === 'memory' ? memoryGrowth(place.bytes, { isNext }) : new FileGrowth(place.path);

/** What a stream is made of. */
export interface LogStreamOptions {
  readonly response: ServerResponse;
  readonly place: ReadablePlace;
  /** Asks for the place again, when the process that wrote there has been removed; undefined: there is none now. */
  readonly find: () => ReadablePlace | undefined;
}

/** Writes as fast as the client reads, until it goes, or until nothing more can come. */
export class LogStream {
  readonly #response: ServerResponse;
  readonly #find: LogStreamOptions['find'];
  readonly #watcher: BytesWatcher = {
    changed: () => this.#pump(),
    ended: () => this.#end(),
  };
  #place: ReadablePlace;
  #growth: Growth;
  #watch: Disposable | undefined;
  #isFull = false;
  /** Nobody writes to the place any more: the next one is looked for. */
  #isOver = false;
  #looks = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @throws SystemError when the log cannot be opened */
  constructor({ response, place, find }: LogStreamOptions) {
    this.#response = response;
    this.#find = find;
    this.#place = place;
    this.#growth = growthOf(place, false);
  }

  /** Writes what is there, then what comes. */
  begin(): void {
    this.#response.once('close', () => this.#letGo());
    this.#response.on('drain', () => {
      this.#isFull = false;
      this.#pump();
    });
    this.#watch = watchOf(this.#place)(this.#watcher);
    this.#pump();
  }

  #pump(): void {
    // Its watcher may have called before it was told to stop.
    if (this.#response.destroyed || this.#response.writableEnded) return;
    try {
      this.#write();
      if (this.#isOver && !this.#isFull) this.#moveOn();
    } catch {
      // The file can be read no longer: the client sees the end of the stream.
      this.#response.destroy();
    }
  }

  #write(): void {
    while (!this.#isFull) {
      const piece = this.#growth.next();
      if (piece === undefined) return;
      this.#isFull = !this.#response.write(piece);
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#looks = maxLooks;
    this.#pump();
  }

  #moveOn(): void {
    const place = this.#find();
    if (place !== undefined) return this.#follow(place);
    if (this.#looks === 0) return void this.#response.end();
    this.#looks--;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pump(), lookMs);
  }

  #follow(place: ReadablePlace): void {
    const isSameFile =
      place.kind === 'file' && this.#place.kind === 'file' && place.path === this.#place.path;
    const growth = isSameFile ? this.#growth : growthOf(place, true);
    this.#letGo(growth);
    this.#growth = growth;
    this.#place = place;
    this.#isOver = false;
    this.#watch = watchOf(place)(this.#watcher);
    this.#pump();
  }

  /** `kept`: what is read further. */
  #letGo(kept?: Growth): void {
    clearTimeout(this.#timer);
    this.#watch?.[Symbol.dispose]();
    if (this.#growth !== kept) this.#growth[Symbol.dispose]();
  }
}
