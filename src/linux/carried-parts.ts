/**
 * What the self-contained executable carries behind its launcher: the layout of src/launcher/trailer.h.
 *
 * The file ends in 16 parts of 48 bytes (name 32, offset 8, size 8), the size of the whole file (8) and a magic text
 * (16); numbers are little-endian, texts end in NULs.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The layout's numbers, in bytes where they are no counts. */
export const trailerLayout = {
  partCount: 16,
  nameBytes: 32,
  partBytes: 48,
  trailerBytes: 16 * 48 + 8 + 16,
  magic: 'tsupervisor 001',
} as const;

/** Where a part lies in the file, in bytes. */
export interface CarriedPart {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Reads a part as UTF-8.
 *
 * @returns undefined when the file is no self-contained executable, or has no such part
 */
export function readCarriedText(file: string, name: string): string | undefined {
  const fd = openSync(file, 'r');
  try {
    const part = partsIn(fd).find((each) => each.name === name);
    return part === undefined ? undefined : readAt(fd, part.offset, part.bytes).toString('utf8');
  } finally {
    closeSync(fd);
  }
}

function partsIn(fd: number): readonly CarriedPart[] {
  const { partCount, partBytes, trailerBytes, magic } = trailerLayout;
  const fileBytes = fstatSync(fd).size;
  if (fileBytes < trailerBytes) return [];
  const trailer = readAt(fd, fileBytes - trailerBytes, trailerBytes);
  if (textAt(trailer, trailerBytes - 16, 16) !== magic) return [];
  return Array.from({ length: partCount }, (_, index) => partAt(trailer, index * partBytes));
}

function partAt(trailer: Buffer, at: number): CarriedPart {
  const { nameBytes } = trailerLayout;
  return {
    name: textAt(trailer, at, nameBytes),
    offset: Number(trailer.readBigUInt64LE(at + nameBytes)),
    bytes: Number(trailer.readBigUInt64LE(at + nameBytes + 8)),
  };
}

function textAt(bytes: Buffer, at: number, size: number): string {
  const [text = ''] = bytes.toString('latin1', at, at + size).split('\0');
  return text;
}

function readAt(fd: number, position: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  readSync(fd, buffer, { position });
  return buffer;
}
