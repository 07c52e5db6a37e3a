import { type Script } from 'node:vm';

/** What the text of a program makes, see `scripts/build/program-text.ts`. */
type Program = (exports: object, require: NodeJS.Require, module: { exports: object }) => void;

/** Runs a program as Node runs a CommonJS module. */
export function runProgram(script: Script, require: NodeJS.Require): void {
  const module = { exports: {} };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the build puts this function around the program
  const program = script.runInThisContext() as Program;
  program(module.exports, require, module);
}
