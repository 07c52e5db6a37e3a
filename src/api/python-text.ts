/** Values as Python shows them: supervisord puts what clients sent into texts with str(). */
import { XmlRpcDateTime, type XmlRpcValue } from './xml-rpc.ts';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

const escaped = (character: string): string =>
  ESCAPES.get(character) ?? `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;

/** Text as repr() shows it: in apostrophes, unless it holds some and no quotes. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // eslint-disable-next-line no-control-regex -- these are exactly the characters in question
  const inner = text.replaceAll(/[\\\0-\x1f\x7f]/g, escaped);
  return `${quote}${quote === "'" ? inner.replaceAll("'", "\\'") : inner}${quote}`;
}

const shown = (value: XmlRpcValue): string => (typeof value === 'string' ? quoted(value) : pythonText(value));

/** The value as str() shows it. */
export function pythonText(value: XmlRpcValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (typeof value === 'number') return String(value);
  if (value instanceof XmlRpcDateTime) return value.text;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Map)
    return `{${[...value].map(([name, member]) => `${quoted(name)}: ${shown(member)}`).join(', ')}}`;
  return `[${[...value.values()].map(shown).join(', ')}]`;
}
