/**
 * The UTF-8 sequence of two bytes or more that begins at `at` (RFC 3629, section 4).
 *
 * @returns its length; or, negative, how many bytes one U+FFFD stands for (WHATWG Encoding, "maximal subpart")
 */
export function sequenceAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  const length = sequenceBytes(lead);
  for (let index = 1; index < length; index++) {
    const next = at + index < end ? (bytes[at + index] ?? 0) : 0;
    const isFine = index === 1 ? mayFollow(lead, next) : next >= 0x80 && next <= 0xbf;
    if (!isFine) return -index;
  }
  return length === 0 ? -1 : length;
}

/**
 * Moves the end of a stretch back so that it does not cut a UTF-8 sequence in two.
 * A stretch that is nothing but the beginning of one stays as it is.
 */
export function wholeCharacters(bytes: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back > start; back++) {
    const byte = bytes[end - back] ?? 0;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return sequenceBytes(byte) > back ? end - back : end;
  }
  return end;
}

/** 0 for a byte that begins no sequence. */
function sequenceBytes(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** Overlong forms, surrogates and what lies above U+10FFFF show in the second byte. */
function mayFollow(lead: number, next: number): boolean {
  if (lead === 0xe0) return next >= 0xa0 && next <= 0xbf;
  if (lead === 0xed) return next >= 0x80 && next <= 0x9f;
  if (lead === 0xf0) return next >= 0x90 && next <= 0xbf;
  if (lead === 0xf4) return next >= 0x80 && next <= 0x8f;
  return next >= 0x80 && next <= 0xbf;
}
