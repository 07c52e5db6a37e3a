import { type XmlRpcStruct, type XmlRpcValue } from './xml-rpc.ts';

/** About what the tags around a value take, and a number in them. */
const tagBytes = 32;

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, tagBytes);

const sizeOfStruct = (struct: XmlRpcStruct): number =>
  sum([...struct].map(([name, value]) => tagBytes + name.length + sizeOf(value)));

/** About how many bytes a value takes on the wire. */
export function sizeOf(value: XmlRpcValue): number {
  if (typeof value === 'string') return tagBytes + Buffer.byteLength(value);
  if (value instanceof Uint8Array) return tagBytes + value.length;
  if (value instanceof Map) return sizeOfStruct(value);
  return Array.isArray(value) ? sum(value.map(sizeOf)) : tagBytes;
}
