const named: ReadonlyMap<number, string> = new Map([
  [9, '\\t'],
  [10, '\\n'],
  [13, '\\r'],
  [92, '\\\\'],
]);

/** Bytes as Python writes them, `b'caf\xe9'` (Python language reference, 2.4.1 "String and Bytes literals"). */
export function bytesRepr(bytes: Uint8Array): string {
  const quote = bytes.includes(39) && !bytes.includes(34) ? '"' : "'";
  return `b${quote}${Array.from(bytes, (byte) => escapeByte(byte, quote)).join('')}${quote}`;
}

function escapeByte(byte: number, quote: string): string {
  const character = String.fromCharCode(byte);
  if (character === quote) return `\\${quote}`;
  const short = named.get(byte);
  if (short !== undefined) return short;
  const isPrintable = byte >= 32 && byte < 127;
  return isPrintable ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}
