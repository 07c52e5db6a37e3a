/**
 * The text of a bundled program as `src/boot.ts` runs it: an expression that makes a function of what CommonJS gives a
 * module. It begins in the first line, so that the lines of a stack trace are those of the bundle.
 *
 * @param code the bundle, CommonJS
 */
export const programText = (code: string): string => `(function (exports, require, module) {${code}\n})`;
