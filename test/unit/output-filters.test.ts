import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AnsiStripper } from '../../src/output/strip-ansi.ts';

const strip = (...chunks: string[]): string => {
  const stripper = new AnsiStripper();
  return chunks.map((chunk) => Buffer.from(stripper.strip(Buffer.from(chunk))).toString()).join('');
};

const stripped: readonly (readonly [string, string, string])[] = [
  ['a colour', '\u001B[1;31mred\u001B[0m text', 'red text'],
  ['a cursor movement that Supervisor does not know', 'a\u001B[2Gb', 'ab'],
  ['a private mode', '\u001B[?25lhidden\u001B[?25h', 'hidden'],
  ['a window title', '\u001B]0;title\u0007text', 'text'],
  ['a hyperlink', '\u001B]8;;http://x\u001B\\link\u001B]8;;\u001B\\', 'link'],
  ['a character set', '\u001B(Btext', 'text'],
  ['an unfinished title, up to the end of its line', '\u001B]0;title\nnext line', '\nnext line'],
  ['a sequence that another interrupts', '\u001B[31\u001B[0mtext', 'text'],
  ['a sequence that a newline interrupts', '\u001B[31\ntext', '\ntext'],
];
for (const [name, input, expected] of stripped) {
  test(`strip_ansi removes ${name}`, () => {
    equal(strip(input), expected);
  });
}

test('strip_ansi gives the same text however chunks cut the sequences', () => {
  const piece = fc.constantFrom('\u001B', '[', ']', '31', 'm', ';', '\u0007', '\\', 'text', '\n', '(', 'é');
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      equal(strip(...pieces), strip(pieces.join('')));
    }),
  );
});

test('strip_ansi keeps a chunk without sequences as it is', () => {
  const chunk = Buffer.from('plain');

  equal(new AnsiStripper().strip(chunk), chunk);
});
