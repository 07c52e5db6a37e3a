import { type LineFormat } from './line-part.ts';
import { type Sink } from './sink.ts';

/**
 * The program's bytes, untouched: nothing added, nothing cut. Only whole lines arrive together, so that lines of two
 * programs do not mix; what a program leaves unfinished for a second is passed on as it is.
 */
export function rawFormat(sink: Sink): LineFormat {
  return {
    maxPartBytes: Number.MAX_SAFE_INTEGER,
    write: ({ bytes, start, end }) => {
      sink.write(bytes.subarray(start, end));
      return end;
    },
  };
}
