/** Cyan, yellow, green, magenta, blue, and their bright forms: readable on dark and on light. */
const colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];

/** The prefixes of all processes: as wide as the longest name, each name with its colour. */
export class Prefixes {
  #longest = 0;
  readonly #colourOf = new Map<string, number>();

  /** The names that are padded to the same width, from now on. */
  setNames(names: Iterable<string>): void {
    this.#longest = 0;
    for (const name of names) this.#longest = Math.max(this.#longest, widthOf(name));
  }

  /** A function that gives the prefix as of now; it is cheap to call. */
  prefixOf(name: string, isColoured: boolean): () => Uint8Array {
    let longest = -1;
    let prefix = new Uint8Array(0);
    return () => {
      if (longest === this.#longest) return prefix;
      longest = this.#longest;
      prefix = Buffer.from(this.#text(name, isColoured));
      return prefix;
    };
  }

  #text(name: string, isColoured: boolean): string {
    const text = `${name}${' '.repeat(Math.max(0, this.#longest - widthOf(name)))} |`;
    return isColoured ? `\u001B[${this.#colour(name)}m${text}\u001B[0m ` : `${text} `;
  }

  #colour(name: string): number {
    const index = this.#colourOf.get(name) ?? this.#colourOf.size;
    this.#colourOf.set(name, index);
    return colours[index % colours.length] ?? 36;
  }
}

/** In characters, not in UTF-16 units. */
function widthOf(name: string): number {
  return Array.from(name).length;
}
