import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FlowRig } from './output-rig.ts';

const lines = (rig: FlowRig) =>
  rig.sink.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const messageOf = (line: string | Uint8Array) => lines(new FlowRig('json').read(line).end())[0].message;

test('a line becomes one object that says when, whose and what', () => {
  const rig = new FlowRig('json').read('hello\n');

  equal(
    rig.sink.text,
    '{"time":"2026-01-02T03:04:05.678Z","program":"web","process":"web","stream":"stdout","pid":7,"message":"hello"}\n',
  );
});

test('any bytes become the text that a UTF-8 decoder makes of them', () => {
  const byte = fc.oneof(
    fc.nat(255),
    fc.constantFrom(0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xed, 0xa0, 0xc0, 0x80, 0x22, 0x5c),
  );
  fc.assert(
    fc.property(fc.array(byte), (bytes) => {
      const line = Uint8Array.from(bytes.filter((value) => value !== 10));
      const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(line);

      equal(messageOf(Buffer.concat([line, Buffer.from('\n')])), expected);
    }),
    { numRuns: 2000 },
  );
});

test('control characters, quotes and backslashes are escaped', () => {
  const text = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
    .join('')
    .replace('\n', '');

  equal(messageOf(`${text}\n`), text);
});

test('a line that is a JSON object is the message, byte for byte', () => {
  const object = '{"level": "info",  "n": 12345678901234567890, "é": [1, {"b": null}]}';

  const rig = new FlowRig('json').read(`${object}\n`);

  equal(rig.sink.text.includes(`"message":${object}}\n`), true);
});

for (const line of ['[1,2]', '"text"', '12', '{"a":1', '{a: 1}', '{"a":1} tail', ' {"a":1}', '{}}']) {
  test(`${line} is a text, not an object`, () => {
    equal(messageOf(`${line}\n`), line);
  });
}

test('an object with a byte that is no UTF-8 is a text', () => {
  const line = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}\n')]);

  equal(messageOf(line), '{"a":"\uFFFD"}');
});

test('an object before a carriage return is an object', () => {
  deepEqual(messageOf('{"a":1}\r\n'), { a: 1 });
});

test('an object without its newline at the end of the stream is an object', () => {
  deepEqual(lines(new FlowRig('json').read('{"a":1}').end())[0].message, { a: 1 });
});

test('an empty line is an empty message', () => {
  deepEqual(
    lines(new FlowRig('json').read('\n\n')).map(({ message }) => message),
    ['', ''],
  );
});
