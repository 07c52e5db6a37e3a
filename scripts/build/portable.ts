import { chmod, open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { trailerLayout, type CarriedPart } from '../../src/linux/carried-parts.ts';
import type { Library } from './libraries.ts';

/** What goes into a self-contained executable. Paths are absolute. */
export interface PortableOrder {
  /** The compiled launcher. */
  readonly launcher: string;
  /** The sealed program: Node with tsupervisor in it. */
  readonly program: string;
  readonly libraries: readonly Library[];
  /** The versions of everything, one a line, which `tsupervisor version --verbose` prints. */
  readonly versions: string;
  /** The executable to write. */
  readonly output: string;
}

// The largest page of the processors that we build for: a part is mapped from where it lies.
const alignment = 64 * 1024;

/** Writes one file that holds the launcher and everything that it starts (src/launcher/trailer.h). */
export async function makePortable(order: PortableOrder): Promise<void> {
  const unfinished = `${order.output}.${process.pid}`;
  {
    await using file = await open(unfinished, 'w');
    await file.write(await readFile(order.launcher));
    const parts = await writeParts(file, order);
    const { size } = await file.stat();
    await file.write(encodeTrailer(parts, size), { position: size });
  }
  await chmod(unfinished, 0o755);
  // An executable that is running cannot be written to (ETXTBSY), but it can be replaced.
  await rename(unfinished, order.output);
}

async function writeParts(file: FileHandle, order: PortableOrder): Promise<readonly CarriedPart[]> {
  const parts: CarriedPart[] = [await writePart(file, 'program', await readFile(order.program))];
  for (const { name, path } of order.libraries) parts.push(await writePart(file, name, await readFile(path)));
  parts.push(await writePart(file, 'versions', Buffer.from(order.versions)));
  return parts;
}

async function writePart(file: FileHandle, name: string, content: Buffer): Promise<CarriedPart> {
  const offset = Math.ceil((await file.stat()).size / alignment) * alignment;
  await file.write(content, 0, content.length, offset);
  return { name, offset, bytes: content.length };
}

function encodeTrailer(parts: readonly CarriedPart[], offset: number): Buffer {
  const { partCount, partBytes, nameBytes, trailerBytes, magic } = trailerLayout;
  if (parts.length > partCount) throw new Error(`cannot carry ${parts.length} parts: ${partCount} at most`);
  const trailer = Buffer.alloc(trailerBytes);
  for (const [index, { name, offset: start, bytes }] of parts.entries()) {
    const at = index * partBytes;
    trailer.write(name, at, nameBytes - 1, 'latin1');
    trailer.writeBigUInt64LE(BigInt(start), at + nameBytes);
    trailer.writeBigUInt64LE(BigInt(bytes), at + nameBytes + 8);
  }
  trailer.writeBigUInt64LE(BigInt(offset + trailerBytes), partCount * partBytes);
  trailer.write(magic, trailerBytes - 16, 'latin1');
  return trailer;
}
