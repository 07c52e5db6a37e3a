import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { XmlRpcError } from '../../src/api/xml-document.ts';
import {
  decodeCall,
  decodeResponse,
  encodeCall,
  encodeFault,
  encodeResponse,
  XmlRpcDateTime,
  type XmlRpcValue,
} from '../../src/api/xml-rpc.ts';

// eslint-disable-next-line no-control-regex -- what XML cannot carry
const UNCARRIED = /[\0-\x08\x0b\x0c\x0e-\x1f\uFFFE\uFFFF\p{Cs}]/u;
const text = fc.string({ unit: 'binary' }).filter((candidate) => !UNCARRIED.test(candidate));
const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const dateTime = fc.constant(new XmlRpcDateTime('20261120T21:40:01'));
const bytes = fc.uint8Array().map((value) => Buffer.from(value));
const { value } = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    dateTime,
    bytes,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((members) => new Map(members)),
  ),
}));

const answer = (content: string): string =>
  `<methodResponse><params><param><value>${content}</value></param></params></methodResponse>`;
const decoded = (content: string): XmlRpcValue => {
  const response = decodeResponse(answer(content));
  assert.equal(response.kind, 'value');
  return response.value;
};

test('a call that was written is read back unchanged', () => {
  fc.assert(
    fc.property(
      text.filter((name) => name !== ''),
      fc.array(value, { maxLength: 4 }),
      (method, params) => {
        assert.deepEqual(decodeCall(encodeCall({ method, params })), { method, params });
      },
    ),
  );
});

test('an answer that was written is read back unchanged', () => {
  fc.assert(
    fc.property(value, (content) => {
      assert.deepEqual(decodeResponse(encodeResponse(content)), { kind: 'value', value: content });
    }),
  );
});

test('any text can be written and read, whatever it holds', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
      (any) => {
        const carried = decodeCall(encodeCall({ method: 'm', params: [any] })).params[0];

        assert.ok(typeof carried === 'string');
        assert.equal(carried.length, any.length);
      },
    ),
  );
});

test('reading any text answers or throws an XmlRpcError', () => {
  const markup = fc.array(
    fc.constantFrom('<value>', '</value>', '<', '>', '/', '&', 'a', '<!--', '-->', '<![CDATA[', ']]>'),
  );
  fc.assert(
    fc.property(markup, (parts) => {
      try {
        decodeCall(parts.join(''));
      } catch (error) {
        assert.ok(error instanceof XmlRpcError);
      }
    }),
  );
});

test('a fault is written in the words of supervisord', () => {
  const fault = encodeFault({ code: 10, text: 'BAD_NAME: <x>' });

  assert.equal(
    fault,
    "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n" +
      '<value><int>10</int></value>\n</member>\n<member>\n<name>faultString</name>\n' +
      '<value><string>BAD_NAME: &lt;x&gt;</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n',
  );
  assert.deepEqual(decodeResponse(fault), { kind: 'fault', code: 10, text: 'BAD_NAME: <x>' });
});

test('control characters are written as their pictures, carriage returns as references', () => {
  assert.match(encodeResponse('\u001b[31m\r\n\0'), /<string>␛\[31m&#13;\n␀<\/string>/);
});

test('a raw control character in an answer is kept', () => {
  assert.equal(decoded('<string>\u001b[31mred &amp; \0</string>'), '\u001b[31mred & \0');
});

test('whole numbers beyond 32 bits are written as i8', () => {
  assert.match(encodeResponse(2 ** 31 - 1), /<int>2147483647<\/int>/);
  assert.match(encodeResponse(2 ** 31), /<i8>2147483648<\/i8>/);
  assert.match(encodeResponse(-(2 ** 31) - 1), /<i8>-2147483649<\/i8>/);
});

test('what is no number cannot be written', () => {
  assert.throws(() => encodeResponse(NaN), RangeError);
  assert.throws(() => encodeResponse(Infinity), RangeError);
});

test('every scalar type is read', () => {
  assert.equal(decoded(' untyped '), ' untyped ');
  assert.equal(decoded(''), '');
  assert.equal(decoded('<string/>'), '');
  assert.equal(decoded('<string><![CDATA[<a>]]>&lt;&#65;</string>'), '<a><A');
  assert.equal(decoded('<int> +7 </int>'), 7);
  assert.equal(decoded('<i4>-7</i4>'), -7);
  assert.equal(decoded('<i8>9007199254740991</i8>'), 9007199254740991);
  assert.equal(decoded('<double>-1.5e3</double>'), -1500);
  assert.equal(decoded('<boolean>1</boolean>'), true);
  assert.equal(decoded('<nil/>'), null);
  assert.deepEqual(decoded('<base64>aG\nk=</base64>'), Buffer.from('hi'));
  assert.deepEqual(
    decoded('<dateTime.iso8601>20261120T21:40:01</dateTime.iso8601>'),
    new XmlRpcDateTime('20261120T21:40:01'),
  );
});

for (const content of [
  '<int>1.5</int>',
  '<int>x</int>',
  '<i8>9007199254740993</i8>',
  '<double>nan</double>',
  '<boolean>true</boolean>',
  '<base64>a</base64>',
  '<dateTime.iso8601>yesterday</dateTime.iso8601>',
  '<nil>x</nil>',
  '<other>1</other>',
  '<string>a</string><string>b</string>',
  'text <string>a</string>',
  '<array><value>1</value></array>',
  '<struct><member><name>a</name></member></struct>',
  '<string>&other;</string>',
  '<string><b/></string>',
])
  test(`the value ${content} is refused`, () => {
    assert.throws(() => decodeResponse(answer(content)), { name: 'XmlRpcError' });
  });

test('a document type is refused, and so are its entities', () => {
  const bomb = `<!DOCTYPE a [<!ENTITY b "x">]>${answer('&b;')}`;

  assert.throws(() => decodeResponse(bomb), { name: 'XmlRpcError' });
});

test('a document nested deeper than 64 elements is refused, however it hides it', () => {
  const nested = '<array><data><value>'.repeat(1e5);

  assert.throws(() => decodeResponse(answer(nested)), /nested deeper than 64/);
  assert.throws(() => decodeCall('<a b="/>">'.repeat(1e5)), /nested deeper than 64/);
  assert.throws(() => decodeCall('<!--</a></a>--><a>'.repeat(1e5)), /nested deeper than 64/);
});

test('a call of more than 8 MiB is refused', () => {
  assert.throws(() => decodeCall(' '.repeat(8 * 2 ** 20 + 1)), /longer than 8388608 characters/);
});

/** CPU time, which other tests on the machine do not change. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const LARGE: readonly (readonly [name: string, content: string])[] = [
  ['digits that are no number', `<double>${'1'.repeat(2 ** 17)}x</double>`],
  ['digits that are no whole number', `<int>${'1'.repeat(2 ** 22)}x</int>`],
  ['what is almost base64', `<base64>${'A'.repeat(2 ** 22 - 4)}=A==</base64>`],
  ['blanks in a tag', `<string${' '.repeat(2 ** 22)}=/>`],
  ['attributes', `<string${' a="b"'.repeat(2 ** 17)}c/>`],
  ['references', '&#13;'.repeat(2 ** 17)],
  ['line ends', `${'x'.repeat(100)}\r\n`.repeat(2 ** 15)],
  ['carriage returns', `${'x'.repeat(100)}\r`.repeat(2 ** 15)],
];

for (const [name, content] of LARGE)
  test(`a call with very many ${name} is read or refused within a second`, () => {
    const params = `<params><param><value>${content}</value></param></params>`;
    const body = `<methodCall><methodName>m</methodName>${params}</methodCall>`;

    const ms = cpuMs(() => {
      try {
        decodeCall(body);
      } catch (error) {
        assert.ok(error instanceof XmlRpcError);
      }
    });

    assert.ok(ms < 1000, `${ms} ms`);
  });

test('the ends of lines are line feeds, and a carriage return that is written as a reference stays one', () => {
  assert.equal(decoded('<string>a\r\nb\rc\n\rd&#13;\ne&#xD;\r</string>'), 'a\nb\nc\n\nd\r\ne\r\n');
});

test('a member named like a key of every object is only a name', () => {
  const struct = decoded('<struct><member><name>__proto__</name><value>x</value></member></struct>');

  assert.deepEqual(struct, new Map([['__proto__', 'x']]));
});

test('a call without params has none, and one without a name is refused', () => {
  assert.deepEqual(decodeCall('<methodCall><methodName>m</methodName></methodCall>'), {
    method: 'm',
    params: [],
  });
  assert.deepEqual(decodeCall('<call><methodName>m</methodName></call>'), { method: 'm', params: [] });
  assert.throws(() => decodeCall('<methodCall><methodName/></methodCall>'), /no name/);
  assert.throws(() => decodeCall('<methodCall/>'), { name: 'XmlRpcError' });
});
