/**
 * The quick way to read an answer: the text as supervisord and tsupervisor write it, blank for blank, is read without a
 * parser of XML, which takes longer than everything else that a client does.
 */
import { type XmlRpcStruct, type XmlRpcValue } from './xml-rpc.ts';

const HEAD = "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n";
const TAIL = '</param>\n</params>\n</methodResponse>\n';

/** Deeper, and longer, is for the parser to judge. */
const mostDepth = 16;
const mostCharacters = 16 * 2 ** 20;

const REFERENCES: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
]);

/** The text is written in another way. */
class OtherForm extends Error {}

const resolve = (reference: string): string => {
  const character = REFERENCES.get(reference);
  if (character === undefined) throw new OtherForm();
  return character;
};

/** Characters that XML changes, or does not allow, or that need more than a look. */
const isUnusual = (text: string): boolean =>
  !text.isWellFormed() || ['\r', '\uFFFE', '\uFFFF'].some((one) => text.includes(one));

class PlainReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes past the words, if they are what comes next. */
  #skip(words: string): boolean {
    const follows = this.#text.startsWith(words, this.#at);
    if (follows) this.#at += words.length;
    return follows;
  }

  #expect(words: string): void {
    if (!this.#skip(words)) throw new OtherForm();
  }

  /** What stands before the tag that ends it. */
  #content(end: string): string {
    const from = this.#at;
    const to = this.#text.indexOf('<', from);
    const content = this.#text.slice(from, to);
    this.#at = to;
    this.#expect(end);
    if (content.includes('>')) throw new OtherForm();
    return content.includes('&') ? content.replaceAll(/&[^;]*;?/g, resolve) : content;
  }

  /** A number that is written in the shortest way. */
  #integer(): number {
    const digits = this.#content('</int>');
    const value = Number(digits);
    if (!Number.isSafeInteger(value) || String(value) !== digits) throw new OtherForm();
    return value;
  }

  #struct(depth: number): XmlRpcStruct {
    const members = new Map<string, XmlRpcValue>();
    while (this.#skip('<member>\n<name>')) {
      const name = this.#content('</name>\n');
      members.set(name, this.#value(depth));
      this.#expect('</member>\n');
    }
    this.#expect('</struct>');
    return members;
  }

  #array(depth: number): readonly XmlRpcValue[] {
    const values: XmlRpcValue[] = [];
    while (!this.#skip('</data></array>')) values.push(this.#value(depth));
    return values;
  }

  #typed(depth: number): XmlRpcValue {
    if (this.#skip('<string>')) return this.#content('</string>');
    if (this.#skip('<int>')) return this.#integer();
    if (this.#skip('<struct>\n')) return this.#struct(depth);
    if (this.#skip('<array><data>\n')) return this.#array(depth);
    if (this.#skip('<boolean>1</boolean>')) return true;
    if (this.#skip('<boolean>0</boolean>')) return false;
    throw new OtherForm();
  }

  #value(depth: number): XmlRpcValue {
    if (depth > mostDepth) throw new OtherForm();
    this.#expect('<value>');
    const value = this.#typed(depth + 1);
    this.#expect('</value>\n');
    return value;
  }

  answer(): XmlRpcValue {
    this.#expect(HEAD);
    const value = this.#value(0);
    this.#expect(TAIL);
    if (this.#at !== this.#text.length) throw new OtherForm();
    return value;
  }
}

/**
 * The value of an answer that is written as Python's xmlrpc.client writes it.
 *
 * @returns undefined when it is written in another way, a fault, or holds what is rare: then the parser reads it
 */
export function readPlainAnswer(text: string): XmlRpcValue | undefined {
  if (text.length > mostCharacters || isUnusual(text)) return undefined;
  try {
    return new PlainReader(text).answer();
  } catch (error) {
    if (error instanceof OtherForm) return undefined;
    throw error;
  }
}
