import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject } from '../../src/output/json-object.ts';
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

function isObject(text: string): boolean {
  const bytes = Buffer.from(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return isJsonObject({ bytes, view, isUtf8: true }, 0, bytes.length);
}

function parsesAsObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

test('an object is what JSON.parse takes for one', () => {
  const whole = fc.json().map((text) => `{"a":${text}}`);
  fc.assert(
    fc.property(whole, (text) => {
      equal(isObject(text), true);
    }),
  );
});

test('a damaged object is an object only if JSON.parse takes it for one', () => {
  const seed = '{"a": [1, -0.5e+10, true, false, null, "x\\u00e9\\n\\"", {}], "é": {"b": []}}';
  const byte = fc.constantFrom(...Array.from('{}[]",:0123456789.eE+-\\/utrfalsn \t\r\u0001'));
  const edit = fc.record({
    at: fc.nat(seed.length),
    remove: fc.nat(2),
    insert: fc.array(byte, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
      let text = seed;
      for (const { at, remove, insert } of edits)
        text = text.slice(0, at) + insert.join('') + text.slice(at + remove);

      equal(isObject(text), parsesAsObject(text), text);
    }),
    { numRuns: 20_000 },
  );
});

test('an object of a thousand levels is an object', () => {
  equal(isObject(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`), true);
  equal(isObject(`${'{"a":'.repeat(1000)}1${'}'.repeat(999)}`), false);
});
