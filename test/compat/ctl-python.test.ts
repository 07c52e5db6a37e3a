import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeCall,
  encodeCall,
  encodeFault,
  encodeResponse,
  type XmlRpcValue,
} from '../../src/api/xml-rpc.ts';
import { run } from './ctl-rig.ts';

// eslint-disable-next-line no-control-regex -- what XML cannot carry, and \r, which we write so that it survives
const UNCARRIED = /[\0-\x08\x0b-\x1f\uFFFE\uFFFF\p{Cs}]/u;
const text = fc.string({ unit: 'binary' }).filter((candidate) => !UNCARRIED.test(candidate));
const number = fc.oneof(fc.integer(), fc.constantFrom(0.5, -1.25, 1e21, 123456.789));
const { value } = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(text, tie('value')), { maxLength: 3, selector: ([name]) => name })
      .map((members) => new Map(members)),
  ),
}));

/** Runs Python over JSON: a program that reads `data` and prints `out`. */
async function python(program: string, data: unknown): Promise<readonly unknown[]> {
  const script = `import json, sys, xmlrpc.client as x\ndata = json.load(sys.stdin)\n${program}\nprint(json.dumps(out))`;
  const { stdout, stderr } = await run('/usr/bin/python3', ['-c', script], JSON.stringify(data));
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

test('what we write is, byte for byte, what Python writes of what it read', async () => {
  const calls = fc
    .sample(fc.array(value, { maxLength: 3 }), 300)
    .map((params) => encodeCall({ method: 'a.b', params }));

  const again = await python(
    'out = [x.dumps(x.loads(d)[0], x.loads(d)[1], allow_none=True) for d in data]',
    calls,
  );

  assert.deepEqual(again, calls);
});

test('what Python writes we read, and write again byte for byte', async () => {
  const values = fc.sample(
    fc.jsonValue({ depthSize: 'small', stringUnit: text.map((t) => Array.from(t)[0] ?? 'a') }),
    300,
  );

  const written = await python(
    'out = [x.dumps((d,), "m", allow_none=True) for d in data]',
    values.map(rounded),
  );

  for (const call of written) assert.equal(encodeCall(decodeCall(String(call))), call);
});

/** JSON's numbers that Python writes as we do: small whole ones. */
function rounded(json: unknown): unknown {
  if (typeof json === 'number') return Math.trunc(json % 1000) + 0;
  if (Array.isArray(json)) return json.map(rounded);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, member]) => [name, rounded(member)]));
}

test('Python reads our large numbers, control characters, carriage returns and faults', async () => {
  const texts = [encodeResponse(2 ** 40), encodeResponse('\u001b[31m\r\n'), encodeResponse('\ud800')];

  assert.deepEqual(await python('out = [x.loads(d)[0][0] for d in data]', texts), [
    2 ** 40,
    '\u241b[31m\r\n',
    '\ufffd',
  ]);
  const program =
    'out = []\ntry:\n  x.loads(data)\nexcept x.Fault as f:\n  out = [f.faultCode, f.faultString, x.dumps(f)]';
  const fault = encodeFault({ code: 10, text: 'BAD_NAME: <é>' });
  assert.deepEqual(await python(program, fault), [10, 'BAD_NAME: <é>', fault]);
});
