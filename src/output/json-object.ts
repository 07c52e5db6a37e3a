import { type Text } from './json-text.ts';

/** Deeper objects are left to the slower parser. */
const maxDepth = 64;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const literals = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]));
const simpleEscapes = new Set(Buffer.from('"\\/bfnrt'));

/** Whether a stretch is one JSON object (RFC 8259), with nothing but white space around it. It must be UTF-8. */
export function isJsonObject(text: Text, start: number, end: number): boolean {
  const scanner = new Scanner(text, start, end);
  scanner.skipSpace();
  if (scanner.peek() !== openBrace) return false;
  if (scanner.value(0) && scanner.isAtEnd()) return true;
  return scanner.isTooDeep && parses(text, start, end);
}

function parses({ bytes }: Text, start: number, end: number): boolean {
  try {
    JSON.parse(Buffer.from(bytes.subarray(start, end)).toString());
    return true;
  } catch {
    return false;
  }
}

/** Reads JSON without making anything of it: for a line of a log in less than half the time of JSON.parse. */
class Scanner {
  isTooDeep = false;
  readonly #text: Text;
  readonly #end: number;
  #at: number;

  constructor(text: Text, start: number, end: number) {
    this.#text = text;
    this.#at = start;
    this.#end = end;
  }

  /** The next byte; -1 at the end. */
  peek(): number {
    return this.#at < this.#end ? (this.#text.bytes[this.#at] ?? -1) : -1;
  }

  isAtEnd(): boolean {
    this.skipSpace();
    return this.#at >= this.#end;
  }

  skipSpace(): void {
    for (let byte = this.peek(); isSpace(byte); byte = this.peek()) this.#at++;
  }

  value(depth: number): boolean {
    this.skipSpace();
    const byte = this.peek();
    if (byte === quote) return this.#string();
    if (byte === openBrace) return this.#members(depth, closeBrace);
    if (byte === openBracket) return this.#members(depth, closeBracket);
    if (byte <= 0x39) return this.#number();
    const literal = literals.get(byte);
    return literal !== undefined && this.#literal(literal);
  }

  /** What is in braces or brackets. */
  #members(depth: number, close: number): boolean {
    this.isTooDeep ||= depth >= maxDepth;
    if (this.isTooDeep) return false;
    this.#at++;
    this.skipSpace();
    if (this.#take(close)) return true;
    do {
      if (close === closeBrace && !this.#name()) return false;
      if (!this.value(depth + 1)) return false;
      this.skipSpace();
    } while (this.#take(comma));
    return this.#take(close);
  }

  #name(): boolean {
    this.skipSpace();
    if (this.peek() !== quote || !this.#string()) return false;
    this.skipSpace();
    return this.#take(colon);
  }

  #string(): boolean {
    const { bytes } = this.#text;
    let at = this.#at + 1;
    for (; at < this.#end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte < 0x20) return false;
      if (byte === quote) break;
      if (byte !== backslash) continue;
      at = this.#escapeEnd(at + 1);
      if (at < 0) return false;
    }
    this.#at = at + 1;
    return at < this.#end;
  }

  /** The offset of the last byte of an escape; -1 if it is none. */
  #escapeEnd(at: number): number {
    const { bytes } = this.#text;
    if (at >= this.#end) return -1;
    if (simpleEscapes.has(bytes[at] ?? 0)) return at;
    if (bytes[at] !== 0x75 || at + 4 >= this.#end) return -1;
    for (let digit = at + 1; digit <= at + 4; digit++) if (!isHexDigit(bytes[digit] ?? 0)) return -1;
    return at + 4;
  }

  #number(): boolean {
    this.#take(0x2d);
    if (!this.#take(0x30) && !this.#digits()) return false;
    if (this.#take(0x2e) && !this.#digits()) return false;
    if (!this.#take(0x65) && !this.#take(0x45)) return true;
    if (!this.#take(0x2b)) this.#take(0x2d);
    return this.#digits();
  }

  #digits(): boolean {
    const start = this.#at;
    for (let byte = this.peek(); byte >= 0x30 && byte <= 0x39; byte = this.peek()) this.#at++;
    return this.#at > start;
  }

  #literal(word: Uint8Array): boolean {
    for (const byte of word) if (!this.#take(byte)) return false;
    return true;
  }

  #take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.#at++;
    return true;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}
