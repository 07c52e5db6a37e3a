/**
 * Runs a program as the executable does, and writes at its end what V8 has compiled by then.
 *
 * usage: node FLAGS scripts/build/warm-run.ts TEXT CACHE WORD…
 *   TEXT    the file with the text of the program (see program-text.ts)
 *   CACHE   the file to write; "" writes nothing
 *   WORD…   the arguments of the program
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { runProgram } from '../../src/run-program.ts';

const [node = '', , text = '', cache = '', ...words] = process.argv;
const script = new Script(readFileSync(text, 'latin1'), { filename: process.execPath });

// tsupervisor tells whoever listens that it ends, before it does (src/main.ts).
if (cache !== '') process.on('exit', () => writeFileSync(cache, script.createCachedData()));
process.argv.splice(0, process.argv.length, node, node, ...words);
runProgram(script, createRequire(import.meta.url));
