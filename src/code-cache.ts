/** Whether this run began with code that was compiled when the executable was built. */

/** `none`: there is none, as when the sources run; `rejected`: it is of another V8, or was made with other flags. */
export type CodeCacheUse = 'used' | 'rejected' | 'none';

declare global {
  // The first script and the program are bundled apart: what they share is in the global scope.
  var tsupervisorCodeCache: CodeCacheUse | undefined;
}

/** Remembers it for `codeCacheUse`. */
export function noteCodeCache(use: CodeCacheUse): void {
  globalThis.tsupervisorCodeCache = use;
}

/** What the first script of the executable has noted. */
export const codeCacheUse = (): CodeCacheUse => globalThis.tsupervisorCodeCache ?? 'none';
