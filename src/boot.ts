/**
 * The first script of the executable: runs the program, with what V8 compiled of it when the executable was built.
 *
 * The executable holds the text of the program as one asset, and a code cache for each way of using it as others. A
 * cache holds the functions that such a run calls, and no others: to read what is not called costs as much as to compile
 * what is.
 */
import { Buffer } from 'node:buffer';
import { basename } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { type CodeCacheUse, noteCodeCache } from './code-cache.ts';
import { runProgram } from './run-program.ts';

const clientWords: ReadonlySet<string | undefined> = new Set(['ctl', 'health']);

/** A wrong guess costs milliseconds, and nothing else. */
const isClient = basename(process.argv0) === 'supervisorctl' || clientWords.has(process.argv[2]);

/** None in an executable for another processor than the one that built it: V8 keeps no code for others. */
function codeCache(): Buffer | undefined {
  const name = isClient ? 'ctl.cache' : 'supervise.cache';
  return getAssetKeys().includes(name) ? Buffer.from(getRawAsset(name)) : undefined;
}

function useOf({ cachedDataRejected }: Script): CodeCacheUse {
  if (cachedDataRejected === undefined) return 'none';
  return cachedDataRejected ? 'rejected' : 'used';
}

function run(): void {
  // The text is ASCII: one byte a character, read and kept.
  const text = Buffer.from(getRawAsset('program')).toString('latin1');
  const cachedData = codeCache();
  const script = new Script(text, {
    filename: process.execPath,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  noteCodeCache(useOf(script));
  runProgram(script, require);
}

run();
