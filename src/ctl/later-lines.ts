/** Lines from a reader that is made at the first question: node:readline takes milliseconds to load. */
import { type LineReader } from './line-reader.ts';

/** A reader that is made when it is first asked, and closed only if it was. */
export function laterLines(make: () => Promise<LineReader>): LineReader {
  let made: Promise<LineReader> | undefined;
  let isClosed = false;
  const makeOpen = async (): Promise<LineReader> => {
    const lines = await make();
    if (isClosed) lines.close();
    return lines;
  };
  return {
    ask: async (prompt, how) => {
      made ??= makeOpen();
      return (await made).ask(prompt, how);
    },
    close: () => {
      isClosed = true;
      void made?.then((lines) => lines.close());
    },
  };
}
