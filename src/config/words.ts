/** The words of a text, or why it has none. */
export type Words =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'problem'; readonly message: 'No closing quotation' | 'No escaped character' };

/** One run of characters that belongs to a word: quoted, escaped or plain. `end`: the index after it. */
type Piece =
  | { readonly text: string; readonly end: number }
  | 'No closing quotation'
  | 'No escaped character';

const isBlank = (character: string): boolean => ' \t\r\n'.includes(character);

/** Between single quotes nothing is special. */
function singleQuoted(text: string, start: number): Piece {
  const end = text.indexOf("'", start + 1);
  return end === -1 ? 'No closing quotation' : { text: text.slice(start + 1, end), end: end + 1 };
}

/** Between double quotes a backslash escapes only itself and the quote. */
function doubleQuoted(text: string, start: number): Piece {
  let out = '';
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') return { text: out, end: index + 1 };
    if (character !== '\\') out += character;
    else if (index + 1 >= text.length) return 'No escaped character';
    else {
      index += 1;
      const escaped = text.charAt(index);
      out += escaped === '"' || escaped === '\\' ? escaped : `\\${escaped}`;
    }
  }
  return 'No closing quotation';
}

function plain(text: string, start: number): Piece {
  let end = start;
  while (end < text.length && !isBlank(text.charAt(end)) && !`'"\\`.includes(text.charAt(end))) end += 1;
  return { text: text.slice(start, end), end };
}

function pieceAt(text: string, start: number): Piece {
  const character = text.charAt(start);
  if (character === "'") return singleQuoted(text, start);
  if (character === '"') return doubleQuoted(text, start);
  if (character !== '\\') return plain(text, start);
  if (start + 1 >= text.length) return 'No escaped character';
  const [escaped = ''] = text.slice(start + 1, start + 3);
  return { text: escaped, end: start + 1 + escaped.length };
}

/**
 * Splits a text into words as a POSIX shell does, without expansions and comments.
 *
 * Source: Python's `shlex.split(text)`, for which `$'…'` is a dollar sign and a quoted text.
 */
export function splitWords(text: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < text.length;) {
    if (isBlank(text.charAt(index))) {
      if (word !== undefined) words.push(word);
      word = undefined;
      index += 1;
      continue;
    }
    const piece = pieceAt(text, index);
    if (typeof piece === 'string') return { kind: 'problem', message: piece };
    word = (word ?? '') + piece.text;
    index = piece.end;
  }
  return { kind: 'words', words: word === undefined ? words : [...words, word] };
}
