import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Capture } from '../../src/output/capture.ts';
import { CaptureFilter, type CapturePart } from '../../src/output/capture-filter.ts';

const begin = '<!--XSUPERVISOR:BEGIN-->';
const end = '<!--XSUPERVISOR:END-->';

/** What comes out of a filter for these chunks: neighbouring texts joined, captured ones in brackets. */
function split(chunks: readonly string[], maxBytes = 1000): { parts: string; left: string } {
  const filter = new CaptureFilter(maxBytes);
  // Each chunk in the same memory, as reads are.
  const space = Buffer.alloc(5000);
  const parts = chunks.flatMap((chunk) => {
    const count = space.write(chunk, 'latin1');
    return filter.feed(space.subarray(0, count)).map(show);
  });
  return { parts: parts.join(''), left: Buffer.from(filter.end()).toString('latin1') };
}

const show = ({ kind, bytes }: CapturePart): string => {
  const text = Buffer.from(bytes).toString('latin1');
  return kind === 'text' ? text : `[${text}]`;
};

test('text between the tokens is captured, the rest passes', () => {
  deepEqual(split([`one${begin}two${end}three`]), { parts: 'one[two]three', left: '' });
});

test('a short text passes at once', () => {
  deepEqual(split(['hi']), { parts: 'hi', left: '' });
});

test('tokens may come in single bytes', () => {
  const chunks = `a${begin}b${end}c`.split('');

  deepEqual(split(chunks), { parts: 'a[b]c', left: '' });
});

test('what may become a token is held until it is known, or the stream ends', () => {
  deepEqual(split(['a<!--XSUP', 'ERB']), { parts: 'a<!--XSUPERB', left: '' });
  deepEqual(split(['a<!--XSUP']), { parts: 'a', left: '<!--XSUP' });
  deepEqual(split(['a<<']), { parts: 'a<', left: '<' });
});

test('an empty text is captured too', () => {
  deepEqual(split([begin + end]), { parts: '[]', left: '' });
});

test('an end without a beginning is text', () => {
  deepEqual(split([`a${end}b`]), { parts: `a${end}b`, left: '' });
});

test('a text that does not end is given out as it was written', () => {
  deepEqual(split([`a${begin}b<!--`]), { parts: 'a', left: `${begin}b<!--` });
});

test('of a text beyond the limit the last bytes are kept, however they came', () => {
  deepEqual(split([`${begin}0123456789${end}`], 4).parts, '[6789]');
  deepEqual(split([begin, '01', '23', '45', '67', '89', end], 4).parts, '[6789]');
});

test('a text that is cut does not begin with half a character', () => {
  const filter = new CaptureFilter(5);

  const [part] = filter.feed(Buffer.from(`${begin}aüüü${end}`));

  equal(Buffer.from(part?.bytes ?? []).toString(), 'üü');
});

test('observers see texts and captured texts in the order in which they were written', () => {
  const seen: string[] = [];
  const note = (kind: string) => (bytes: Uint8Array) => void seen.push(kind + Buffer.from(bytes).toString());
  const capture = new Capture({ maxBytes: 100, emit: note('captured '), observe: note('text ') });

  const passed = capture.filter(Buffer.from(`a${begin}b${end}c<`));

  deepEqual([Buffer.from(passed).toString(), Buffer.from(capture.end()).toString()], ['ac', '<']);
  deepEqual(seen, ['text a', 'captured b', 'text c', 'text <']);
});

const piece = fc.oneof(
  fc.constantFrom(begin, end, '<', '<!--XSUPERVISOR:', '-->', begin + end),
  fc.string({ maxLength: 8 }).map((text) => Buffer.from(text).toString('latin1')),
);

test('however a stream is cut, the parts are the same', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), fc.array(fc.nat(300)), (pieces, cuts) => {
      const whole = pieces.join('');
      const borders = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].toSorted(
        (a, b) => a - b,
      );
      const chunks = borders.map((from, index) => whole.slice(from, borders[index + 1]));

      deepEqual(split(chunks), split([whole]));
    }),
  );
});

test('no byte is lost or made up', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const { parts, left } = split(pieces);

      // Without brackets in the input, each pair in the output stands for one pair of tokens.
      fc.pre(!/[[\]]/.test(pieces.join('')));
      equal(parts.replaceAll('[', begin).replaceAll(']', end) + left, pieces.join(''));
    }),
  );
});
