/** How esbuild begins and ends the function that holds a module which is loaded later, as long as it writes blanks. */
const begin = /^(?<call>var \w+ = __(?:esm|commonJS)\(\{\n {2}"[^"\n]+")(?<params>\([^()\n]*\) \{)$/gm;
const end = /^ {2}\}\n\}\);$/gm;

/**
 * Puts parentheses around the functions that hold modules. They tell V8 that the function is called soon: it is compiled
 * with the script, and so is in the code cache, instead of being compiled at every start.
 *
 * @param code what esbuild bundled, with its blanks
 * @returns the same, to be written by esbuild, which keeps these parentheses
 * @throws Error when esbuild writes modules in another way than is known here
 */
export function markModules(code: string): string {
  const [begins, ends] = [begin, end].map((pattern) => code.match(pattern)?.length ?? 0);
  if (begins !== ends)
    throw new Error(`cannot mark the modules of the bundle: ${begins} begin and ${ends} end`);
  return code.replaceAll(begin, '$<call>: (function$<params>').replaceAll(end, '  })\n});');
}
