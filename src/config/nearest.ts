/** The number of single-character edits (also swaps of neighbours) between two words. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const edits = [(row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(Math.min(...edits, isSwap ? (before[j - 2] ?? 0) + 1 : Infinity));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** `warning` for `warn`, `sec` for `seconds`. */
export const isShortened = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));

/** How far a known word is. A shortened word is near; of several, the one of the most similar length is nearest. */
function farness(word: string, known: string): number {
  const difference = Math.abs(word.length - known.length);
  return isShortened(word, known) ? Math.min(difference, 1 + difference / 1000) : distance(word, known);
}

/** Words longer than this are nobody's typing error. */
const maxLength = 64;

/** The known word that was probably meant; undefined: none is near. */
export function nearest(word: string, all: Iterable<string>): string | undefined {
  if (word.length > maxLength) return undefined;
  const lower = word.toLowerCase().replaceAll('-', '_');
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of all) {
    const edits = farness(lower, candidate.toLowerCase());
    if (edits >= bestDistance) continue;
    best = candidate;
    bestDistance = edits;
  }
  return best;
}
