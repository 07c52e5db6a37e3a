/**
 * The memory that execve(2) reads: path, directory, argv and envp, in one block that never moves.
 *
 * Layout: the strings, each ended by a NUL, from byte 0; at the end of the block the two arrays of pointers into
 * them, each ended by a null pointer. One block is reused for every spawn and replaced when it is too small.
 */
import { bytesOfText, hasEscapedBytes } from '../core/byte-text.ts';
import { addressOf, fixedMemory } from './libc.ts';

/** What is to be executed. Strings are encoded as UTF-8, escaped bytes (byte-text.ts) as themselves. */
export interface ExecutionText {
  readonly path: string;
  readonly directory?: string | undefined;
  readonly argv: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
}

/** Addresses in the arena, valid until the next `layOut`. */
export interface ExecutionPointers {
  readonly path: bigint;
  readonly directory: bigint | undefined;
  readonly argv: bigint;
  readonly envp: bigint;
}

interface Arena {
  readonly memory: Buffer;
  readonly pointers: BigUint64Array;
  readonly address: bigint;
}

const pointerBytes = 8;
// One character of a JavaScript string is at most three bytes of UTF-8.
const bytesPerCharacter = 3;

let arena = newArena(64 * 1024);

function newArena(bytes: number): Arena {
  const memory = fixedMemory(Math.ceil(bytes / pointerBytes) * pointerBytes);
  const pointers = new BigUint64Array(memory.buffer, memory.byteOffset, memory.byteLength / pointerBytes);
  return { memory, pointers, address: addressOf(memory) };
}

/**
 * Writes the text into the arena.
 *
 * @returns undefined when a string holds a NUL, which execve(2) cannot pass on
 */
export function layOut(text: ExecutionText): ExecutionPointers | undefined {
  const strings = [text.path, text.directory ?? '', ...text.argv];
  for (const [name, value] of text.environment) strings.push(`${name}=${value}`);
  const joined = `${strings.join('\0')}\0`;
  reserve(joined.length * bytesPerCharacter + (strings.length + 4) * pointerBytes);
  const addresses = stringAddresses(write(joined));
  return addresses.length === strings.length ? writePointers(text, addresses) : undefined;
}

/** Returns the number of bytes. */
function write(text: string): number {
  if (!hasEscapedBytes(text)) return arena.memory.write(text, 0, 'utf8');
  const bytes = bytesOfText(text);
  arena.memory.set(bytes);
  return bytes.length;
}

/** Makes the arena at least so large. */
function reserve(bytes: number): void {
  if (arena.memory.byteLength < bytes) arena = newArena(bytes * 2);
}

/** The address of each string in the first `bytes` bytes. */
function stringAddresses(bytes: number): readonly bigint[] {
  const addresses: bigint[] = [];
  for (let start = 0; start < bytes; start = arena.memory.indexOf(0, start) + 1)
    addresses.push(arena.address + BigInt(start));
  return addresses;
}

function writePointers(text: ExecutionText, addresses: readonly bigint[]): ExecutionPointers {
  const [path = 0n, directory = 0n, ...rest] = addresses;
  const table = [...rest.slice(0, text.argv.length), 0n, ...rest.slice(text.argv.length), 0n];
  const start = arena.pointers.length - table.length;
  arena.pointers.set(table, start);
  const argv = arena.address + BigInt(start * pointerBytes);
  return {
    path,
    directory: text.directory === undefined ? undefined : directory,
    argv,
    envp: argv + BigInt((text.argv.length + 1) * pointerBytes),
  };
}
