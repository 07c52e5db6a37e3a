/**
 * XML text → its root element, for documents that strangers send.
 *
 * Refused: document types (and with them every entity but XML's own five), more than `maxLength` characters, elements
 * nested deeper than `maxDepth`. The nesting is counted before parsing, because the parser recurses.
 */
import { parseXml, type XmlElement } from '@rgrove/parse-xml';

/** The text is not the XML it should be; the message completes "cannot read XML-RPC: …". */
export class XmlRpcError extends Error {
  override readonly name = 'XmlRpcError';

  constructor(cause: string) {
    super(`cannot read XML-RPC: ${cause}`);
  }
}

/** How much a document may ask of the reader. */
export interface XmlLimits {
  /** In UTF-16 units. */
  readonly maxLength: number;
  /** Elements within elements; the root counts as 1. */
  readonly maxDepth: number;
}

const TAG = String.raw`<[^\s<>/!?]+(?:\s+[^\s=<>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(?<empty>/?)>`;
const TOKEN = new RegExp(
  String.raw`[^<]+|<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|(?<close></[^<>]*>)|(?<open>${TAG})`,
  'y',
);

const depthAfter = (depth: number, groups: Readonly<Record<string, string | undefined>>): number => {
  if (groups['close'] !== undefined) return depth - 1;
  return groups['open'] !== undefined && groups['empty'] === '' ? depth + 1 : depth;
};

// Sticky and without a gap: what this reads as a tag is what the parser reads as a tag, so nothing is nested unseen.
function checkDepth(text: string, maxDepth: number): void {
  TOKEN.lastIndex = 0;
  for (let depth = 0, from = 0; from < text.length; from = TOKEN.lastIndex) {
    const token = TOKEN.exec(text);
    if (token === null) throw new XmlRpcError(`unexpected text at character ${from}`);
    depth = depthAfter(depth, token.groups ?? {});
    if (depth > maxDepth) throw new XmlRpcError(`elements are nested deeper than ${maxDepth}`);
  }
}

// eslint-disable-next-line no-control-regex -- these are exactly the characters in question
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f]/g;
const CONTROL_ENTITY = /^&control-(?<code>\d+);$/;

/**
 * Lets a document carry raw control characters, which XML forbids: each becomes an entity that only the parser of the
 * same text knows. supervisord 4.2.5 and 4.3.0 write program output raw into their answers.
 */
const escapeControls = (text: string): string =>
  text.replace(CONTROL, (control) => `&control-${control.codePointAt(0)};`);

const resolveControl = (entity: string): string | undefined => {
  const code = CONTROL_ENTITY.exec(entity)?.groups?.['code'];
  return code === undefined ? undefined : String.fromCodePoint(Number(code));
};

/** One line feed for each end of a line (XML 1.0, 2.11), at once: the parser copies the whole text for each of them. */
const withLineFeeds = (text: string): string => text.replaceAll(/\r\n?/g, '\n');

const parse = (text: string, allowControls: boolean): XmlElement | null =>
  allowControls
    ? parseXml(escapeControls(text), { resolveUndefinedEntity: resolveControl }).root
    : parseXml(text).root;

/**
 * Reads a document.
 *
 * @param allowControls raw control characters are kept instead of refused (for answers of supervisord)
 * @throws XmlRpcError when it is not well-formed, too long or too deep
 */
export function readXml(
  text: string,
  { maxLength, maxDepth, allowControls = false }: XmlLimits & { readonly allowControls?: boolean },
): XmlElement {
  if (text.length > maxLength) throw new XmlRpcError(`longer than ${maxLength} characters`);
  checkDepth(text, maxDepth);
  const root = parsed(withLineFeeds(text), allowControls);
  if (root === null) throw new XmlRpcError('there is no root element');
  return root;
}

function parsed(text: string, allowControls: boolean): XmlElement | null {
  try {
    return parse(text, allowControls);
  } catch (error) {
    const [cause = 'not well-formed'] = error instanceof Error ? error.message.split('\n') : [];
    throw new XmlRpcError(cause);
  }
}
