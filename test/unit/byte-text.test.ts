import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOfText, hasEscapedBytes, textOfBytes } from '../../src/core/byte-text.ts';

test('bytes of any kind are the same after they have been text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) =>
      deepEqual(bytesOfText(textOfBytes(bytes)), bytes),
    ),
  );
});

test('UTF-8 is the text that it always was, and nothing in it is escaped', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      equal(textOfBytes(new TextEncoder().encode(text)), text);
      equal(hasEscapedBytes(text), false);
    }),
  );
});

test('a byte that belongs to no character stands between those that do', () => {
  equal(textOfBytes(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0xe2, 0x82)), 'a\uDCFFé\uDCE2\uDC82');
});
