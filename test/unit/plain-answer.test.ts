import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPlainAnswer } from '../../src/api/plain-answer.ts';
import { XmlRpcError } from '../../src/api/xml-document.ts';
import { encodeFault, encodeResponse, parseResponse, type XmlRpcValue } from '../../src/api/xml-rpc.ts';

const text = fc.string({
  unit: fc.constantFrom('a', '&', '<', '>', '\n', '\t', '\r', ' ', 'é', '😀', '\u001B'),
});
const scalar = fc.oneof(text, fc.integer(), fc.maxSafeInteger(), fc.boolean());
const { value } = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((members) => new Map(members)),
  ),
}));

/** What the parser makes of it; undefined: it refuses. */
function parsed(answer: string): unknown {
  try {
    return parseResponse(answer);
  } catch (error) {
    if (error instanceof XmlRpcError) return undefined;
    throw error;
  }
}

function agree(answer: string): void {
  const plain = readPlainAnswer(answer);
  if (plain !== undefined) assert.deepEqual(parsed(answer), { kind: 'value', value: plain });
}

test('an answer with the states of processes is read without the parser', () => {
  const processes = [
    new Map<string, XmlRpcValue>([
      ['name', 'a & b'],
      ['state', 20],
      ['description', ''],
      ['inuse', true],
    ]),
  ];
  assert.deepEqual(readPlainAnswer(encodeResponse(processes)), processes);
});

test('what is read without the parser is what the parser reads', () => {
  fc.assert(fc.property(value, (any) => agree(encodeResponse(any))));
});

test('what is read without the parser is what the parser reads, in damaged answers, too', () => {
  const damaged = fc
    .tuple(
      value.map(encodeResponse),
      fc.nat(),
      fc.nat({ max: 9 }),
      fc.constantFrom('', '&', '<', '>', ']]>', '0', '\r', '\uFFFE', '&amp', '<value>', '\n'),
    )
    .map(([answer, at, length, words]) => {
      const from = at % answer.length;
      return answer.slice(0, from) + words + answer.slice(from + length);
    });
  fc.assert(fc.property(damaged, agree), { numRuns: 2000 });
});

test('a fault, a deep value and another way to write are left to the parser', () => {
  const nested = (depth: number): XmlRpcValue => (depth === 0 ? 'x' : [nested(depth - 1)]);

  assert.equal(readPlainAnswer(encodeFault({ code: 10, text: 'BAD_NAME' })), undefined);
  assert.equal(readPlainAnswer(encodeResponse(nested(20))), undefined);
  assert.equal(readPlainAnswer(encodeResponse('x').replaceAll('\n', '')), undefined);
  assert.equal(readPlainAnswer(encodeResponse('x').replace('x', '&#120;')), undefined);
});
