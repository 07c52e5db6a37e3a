/**
 * XML-RPC text ↔ values, for the server and for the client.
 *
 * Written exactly as supervisord (Python's xmlrpc.client.dumps) writes it, except what no XML reader could read:
 * carriage returns become `&#13;` (raw, every reader turns them into line feeds), control characters become the
 * pictures of U+2400 (`␛[31m`), lone surrogates and noncharacters U+FFFD. Whole numbers beyond 32 bits are written as
 * `<i8>`, which Python 3 reads, where supervisord answers HTTP 500; beyond 2^53 numbers are doubles.
 *
 * Source: http://xmlrpc.com/spec.md; Supervisor 4.3.0 over the wire.
 */
import { XmlElement, XmlText } from '@rgrove/parse-xml';
import { readPlainAnswer } from './plain-answer.ts';
import { readXml, XmlRpcError } from './xml-document.ts';

/** A dateTime.iso8601: `20261120T21:40:01`, with no time zone. */
export class XmlRpcDateTime {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value on the wire. Whole numbers are int or i8, other numbers double, bytes base64, null nil, a Map a struct. */
export type XmlRpcValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | XmlRpcDateTime
  | readonly XmlRpcValue[]
  | XmlRpcStruct;

/** Members in the order of the wire; a Map, because names come from outside. */
export type XmlRpcStruct = ReadonlyMap<string, XmlRpcValue>;

/** What a request asks for. */
export interface XmlRpcCall {
  readonly method: string;
  readonly params: readonly XmlRpcValue[];
}

/** What an answer says. */
export type XmlRpcAnswer =
  | { readonly kind: 'value'; readonly value: XmlRpcValue }
  | { readonly kind: 'fault'; readonly code: number; readonly text: string };

const HEADER = "<?xml version='1.0'?>\n";
const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

// A call carries names and a little stdin; an answer may carry a whole log (`tail -0`).
const callLimits = { maxLength: 8 * 2 ** 20, maxDepth: 64 };
const answerLimits = { maxLength: 256 * 2 ** 20, maxDepth: 64 };

const REFERENCES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['\r', '&#13;'],
]);
// eslint-disable-next-line no-control-regex -- these are exactly the characters in question
const UNSAFE = /[&<>\0-\x08\x0b-\x1f\uFFFE\uFFFF\p{Cs}]/gu;

/** What needs no look at each character, which is nearly everything: the other one takes long, even to compile. */
const PLAIN = /^[\t\n -%'-;=?-~]*$/;

const safeCharacter = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return REFERENCES.get(character) ?? (code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\uFFFD');
};

/** Text as XML character data: what XML cannot carry is replaced (see the head of this file). */
const encodeText = (text: string): string => (PLAIN.test(text) ? text : text.replace(UNSAFE, safeCharacter));

const encodeNumber = (value: number): string => {
  if (!Number.isFinite(value)) throw new RangeError(`cannot write XML-RPC: ${value} is not a number`);
  if (!Number.isSafeInteger(value)) return `<double>${value}</double>`;
  const type = value > MAX_INT || value < MIN_INT ? 'i8' : 'int';
  return `<${type}>${value}</${type}>`;
};

const encodeMember = ([name, value]: readonly [string, XmlRpcValue]): string =>
  `<member>\n<name>${encodeText(name)}</name>\n${encodeValue(value)}</member>\n`;

function encodeContent(value: Exclude<XmlRpcValue, null>): string {
  if (typeof value === 'string') return `<string>${encodeText(value)}</string>`;
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`;
  if (value instanceof Uint8Array) return `<base64>\n${Buffer.from(value).toString('base64')}\n</base64>`;
  if (value instanceof XmlRpcDateTime)
    return `<dateTime.iso8601>${encodeText(value.text)}</dateTime.iso8601>`;
  if (value instanceof Map) return `<struct>\n${[...value].map(encodeMember).join('')}</struct>`;
  return `<array><data>\n${[...value.values()].map(encodeValue).join('')}</data></array>`;
}

// Python writes no line feed after nil, and only there.
function encodeValue(value: XmlRpcValue): string {
  return value === null ? '<value><nil/></value>' : `<value>${encodeContent(value)}</value>\n`;
}

const encodeParams = (params: readonly XmlRpcValue[]): string =>
  `<params>\n${params.map((value) => `<param>\n${encodeValue(value)}</param>\n`).join('')}</params>\n`;

/** A request, as Python's xmlrpc.client writes it. */
export const encodeCall = ({ method, params }: XmlRpcCall): string =>
  `${HEADER}<methodCall>\n<methodName>${encodeText(method)}</methodName>\n${encodeParams(params)}</methodCall>\n`;

/** The answer of a method that worked. */
export const encodeResponse = (value: XmlRpcValue): string =>
  `${HEADER}<methodResponse>\n${encodeParams([value])}</methodResponse>\n`;

/** The answer of a method that did not. */
export function encodeFault({ code, text }: { readonly code: number; readonly text: string }): string {
  const fault = encodeValue(
    new Map<string, XmlRpcValue>([
      ['faultCode', code],
      ['faultString', text],
    ]),
  );
  return `${HEADER}<methodResponse>\n<fault>\n${fault}</fault>\n</methodResponse>\n`;
}

/** The child elements; between them only blanks are allowed. */
function elementsOf(parent: XmlElement): readonly XmlElement[] {
  const stray = parent.children.find((child) => child instanceof XmlText && child.text.trim() !== '');
  if (stray !== undefined) throw new XmlRpcError(`there is text in <${parent.name}>`);
  return parent.children.filter((child) => child instanceof XmlElement);
}

function onlyElement(parent: XmlElement, name: string): XmlElement {
  const [child, ...more] = elementsOf(parent);
  if (child?.name !== name || more.length > 0)
    throw new XmlRpcError(`expected one <${name}> in <${parent.name}>`);
  return child;
}

function textOf(element: XmlElement): string {
  if (element.children.some((child) => child instanceof XmlElement))
    throw new XmlRpcError(`there is an element in <${element.name}>`);
  return element.text;
}

function integerOf(element: XmlElement): number {
  const text = textOf(element).trim();
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text)) throw new XmlRpcError(`<${element.name}> is not a whole number`);
  if (!Number.isSafeInteger(value)) throw new XmlRpcError(`<${element.name}> is beyond 2^53`);
  return value;
}

function doubleOf(element: XmlElement): number {
  const text = textOf(element).trim();
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text))
    throw new XmlRpcError('<double> is not a decimal number');
  return Number(text);
}

function booleanOf(element: XmlElement): boolean {
  const text = textOf(element).trim();
  if (text !== '0' && text !== '1') throw new XmlRpcError('<boolean> is neither 0 nor 1');
  return text === '1';
}

function bytesOf(element: XmlElement): Uint8Array {
  const text = textOf(element).replaceAll(/\s/g, '');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new XmlRpcError('<base64> is not base64');
  return Buffer.from(text, 'base64');
}

function dateTimeOf(element: XmlElement): XmlRpcDateTime {
  const text = textOf(element).trim();
  if (!/^\d{8}T\d\d:\d\d:\d\d$/.test(text))
    throw new XmlRpcError('<dateTime.iso8601> is not like 20261120T21:40:01');
  return new XmlRpcDateTime(text);
}

function nilOf(element: XmlElement): null {
  if (element.children.length > 0) throw new XmlRpcError('<nil> is not empty');
  return null;
}

function memberOf(member: XmlElement): readonly [string, XmlRpcValue] {
  const [name, value, ...more] = elementsOf(member);
  if (member.name !== 'member' || name?.name !== 'name' || value === undefined || more.length > 0)
    throw new XmlRpcError('expected <member> with <name> and <value> in <struct>');
  return [textOf(name), valueOf(value)];
}

const structOf = (element: XmlElement): XmlRpcStruct => new Map(elementsOf(element).map(memberOf));
const arrayOf = (element: XmlElement): readonly XmlRpcValue[] =>
  elementsOf(onlyElement(element, 'data')).map(valueOf);

const READERS: ReadonlyMap<string, (element: XmlElement) => XmlRpcValue> = new Map<
  string,
  (element: XmlElement) => XmlRpcValue
>([
  ['string', textOf],
  ['int', integerOf],
  ['i4', integerOf],
  ['i8', integerOf],
  ['boolean', booleanOf],
  ['double', doubleOf],
  ['base64', bytesOf],
  ['dateTime.iso8601', dateTimeOf],
  ['nil', nilOf],
  ['ex:nil', nilOf],
  ['struct', structOf],
  ['array', arrayOf],
]);

// A <value> without a type is a string, blanks and all.
function valueOf(element: XmlElement): XmlRpcValue {
  if (element.name !== 'value') throw new XmlRpcError(`expected <value>, not <${element.name}>`);
  if (!element.children.some((child) => child instanceof XmlElement)) return element.text;
  const [typed, ...more] = elementsOf(element);
  const read = READERS.get(typed?.name ?? '');
  if (typed === undefined || more.length > 0 || read === undefined)
    throw new XmlRpcError(`<value> holds no known type (<${typed?.name ?? ''}>)`);
  return read(typed);
}

const paramOf = (param: XmlElement): XmlRpcValue => {
  if (param.name !== 'param') throw new XmlRpcError(`expected <param>, not <${param.name}>`);
  return valueOf(onlyElement(param, 'value'));
};

/**
 * Reads a request. A missing `<params>` means none; what the outermost element is called means nothing, as in Supervisor.
 *
 * @throws XmlRpcError when the text is no call (supervisord answers HTTP 400)
 */
export function decodeCall(text: string): XmlRpcCall {
  const root = readXml(text, callLimits);
  const [method, params, ...more] = elementsOf(root);
  if (method?.name !== 'methodName' || more.length > 0)
    throw new XmlRpcError('expected <methodName> and <params> in <methodCall>');
  if (textOf(method) === '') throw new XmlRpcError('the method has no name');
  if (params !== undefined && params.name !== 'params') throw new XmlRpcError('expected <params>');
  return { method: textOf(method), params: params === undefined ? [] : elementsOf(params).map(paramOf) };
}

function faultOf(fault: XmlElement): XmlRpcAnswer {
  const members = valueOf(onlyElement(fault, 'value'));
  const code = members instanceof Map ? members.get('faultCode') : undefined;
  const text = members instanceof Map ? members.get('faultString') : undefined;
  if (typeof code !== 'number' || typeof text !== 'string')
    throw new XmlRpcError('<fault> lacks faultCode or faultString');
  return { kind: 'fault', code, text };
}

/**
 * Reads an answer. Raw control characters are kept: supervisord writes them (a log with colours), though XML forbids it.
 *
 * @throws XmlRpcError when the text is no answer
 */
export function decodeResponse(text: string): XmlRpcAnswer {
  const plain = readPlainAnswer(text);
  return plain === undefined ? parseResponse(text) : { kind: 'value', value: plain };
}

/** The same by a parser of XML, however it is written. @throws XmlRpcError */
export function parseResponse(text: string): XmlRpcAnswer {
  const root = readXml(text, { ...answerLimits, allowControls: true });
  const [content, ...more] = elementsOf(root);
  if (root.name !== 'methodResponse' || content === undefined || more.length > 0)
    throw new XmlRpcError('expected <methodResponse> with <params> or <fault>');
  if (content.name === 'fault') return faultOf(content);
  if (content.name !== 'params') throw new XmlRpcError('expected <params> or <fault>');
  return { kind: 'value', value: paramOf(onlyElement(content, 'param')) };
}
