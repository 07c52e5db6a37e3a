/** Set when the executable is built, from package.json. */
declare const __VERSION__: string | undefined;

/** The version of tsupervisor; `dev` when it runs from its sources. */
export const versionText: string = typeof __VERSION__ === 'undefined' ? 'dev' : __VERSION__;
